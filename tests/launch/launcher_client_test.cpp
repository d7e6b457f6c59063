#include "launch/launcher_client.hpp"

#include "base/task_group.hpp"
#include "launch/scripted_launcher.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

using triphammer::testing::make_reply;
using triphammer::testing::run_until_done;
using triphammer::testing::ScriptedLauncher;
using Replies = std::vector<Result<launcher::Reply>>;

launcher::Request make_request(launcher::Action action, std::int64_t fence = 0) {
    launcher::Request request;
    request.action = action;
    request.fence = fence;
    return request;
}

/// A client and its launcher, which run beside the test's own coroutine.
struct Pair {
    Pair(Executor executor, ScriptedLauncher::Answer answer)
        : launcher{executor, folder / "launcher.sock", std::move(answer)},
          client{executor, folder / "launcher.sock", callbacks()},
          tasks{executor, {}} {
        tasks.spawn("launcher", launcher.serve());
        tasks.spawn("client", client.run());
    }

    LauncherClient::Callbacks callbacks() {
        const auto note = [this](std::string what) {
            events.push_back(std::move(what));
            launcher.news.ring();
        };
        return {
            [note] { note("ready"); },
            [note] { note("gone"); },
            [note](const launcher::Reply& event) {
                note(event.kind + " " + std::to_string(event.fence));
            }};
    }

    /// Waits until that many things were told.
    Task<> wait_for_events(std::size_t count) {
        return launcher.news.until([this, count] { return events.size() >= count; });
    }

    Task<> send(launcher::Request request) {
        auto sending = client.send(std::move(request));
        replies.push_back(co_await std::move(sending));
        launcher.news.ring();
    }

    Task<> end() {
        auto stopping = tasks.stop();
        co_await std::move(stopping);
    }

    triphammer::testing::TempDir folder;
    std::vector<std::string> events;
    Replies replies;
    ScriptedLauncher launcher;
    LauncherClient client;
    TaskGroup tasks;
};

Task<> ask_twice(Executor executor) {
    Pair pair{executor, [](const launcher::Request& request) {
                  const bool is_stop = request.action == launcher::Action::stop;
                  return make_reply(is_stop ? "stopped" : "swept", request.fence);
              }};
    auto ready = pair.wait_for_events(1);
    co_await std::move(ready);
    auto hint = make_reply("ended", 9);
    hint.is_event = true;
    auto telling = pair.launcher.tell(std::move(hint));
    co_await std::move(telling);
    pair.tasks.spawn("first", pair.send(make_request(launcher::Action::stop, 7)));
    pair.tasks.spawn("second", pair.send(make_request(launcher::Action::sweep, 8)));
    auto waiting = pair.launcher.news.until([&] { return pair.replies.size() == 2; });
    co_await std::move(waiting);

    EXPECT_EQ(pair.replies[0]->kind, "stopped");
    EXPECT_EQ(pair.replies[0]->fence, 7);
    EXPECT_EQ(pair.replies[1]->kind, "swept");
    EXPECT_EQ(pair.replies[1]->fence, 8);
    EXPECT_EQ(pair.events, (std::vector<std::string>{"ready", "ended 9"}));
    auto ending = pair.end();
    co_await std::move(ending);
}

Task<> lose_the_launcher(Executor executor) {
    Pair pair{
        executor, [](const launcher::Request&) -> std::optional<launcher::Reply> { return {}; }};
    auto ready = pair.wait_for_events(1);
    co_await std::move(ready);
    pair.tasks.spawn("ask", pair.send(make_request(launcher::Action::list)));
    auto asked = pair.launcher.news.until([&] { return !pair.launcher.requests.empty(); });
    co_await std::move(asked);
    pair.launcher.cut();
    auto again = pair.wait_for_events(3);
    co_await std::move(again);

    EXPECT_EQ(pair.events, (std::vector<std::string>{"ready", "gone", "ready"}));
    EXPECT_EQ(pair.replies.at(0).error().code, Code::unavailable);
    EXPECT_TRUE(pair.client.is_ready());
    auto ending = pair.end();
    co_await std::move(ending);
}

Task<> hear_an_answer_to_nothing(Executor executor) {
    Pair pair{executor, [](const launcher::Request&) { return make_reply("list"); }};
    auto ready = pair.wait_for_events(1);
    co_await std::move(ready);
    auto telling = pair.launcher.tell(make_reply("swept", 7));
    co_await std::move(telling);
    auto gone = pair.wait_for_events(2);
    co_await std::move(gone);

    EXPECT_EQ(pair.events[1], "gone");
    auto ending = pair.end();
    co_await std::move(ending);
}

Task<> ask_nobody(Executor executor) {
    const triphammer::testing::TempDir folder;
    LauncherClient client{executor, folder / "launcher.sock", {}};
    auto sending = client.send(make_request(launcher::Action::list));
    const auto reply = co_await std::move(sending);

    EXPECT_EQ(reply.error().code, Code::unavailable);
    EXPECT_FALSE(client.is_ready());
}

}  // namespace

TEST(LauncherClient, GivesEveryAnswerToItsRequestAndEventsToNobody) {
    run_until_done(ask_twice);
}

TEST(LauncherClient, AnswersOpenRequestsWhenTheLauncherGoesAndConnectsAgain) {
    run_until_done(lose_the_launcher);
}

TEST(LauncherClient, LeavesALauncherThatAnswersWhatNobodyAsked) {
    run_until_done(hear_an_answer_to_nothing);
}

TEST(LauncherClient, SaysThatNobodyIsThere) {
    run_until_done(ask_nobody);
}

}  // namespace triphammer::launch
