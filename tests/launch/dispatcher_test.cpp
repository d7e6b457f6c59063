#include "launch/dispatcher.hpp"

#include "launch/gateway_fixture.hpp"
#include "launch/scripted_launcher.hpp"
#include "store/deployments/deployment_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

using launcher::Action;
using triphammer::testing::make_reply;
using triphammer::testing::ScriptedLauncher;
using Answer = ScriptedLauncher::Answer;

/// A dispatcher over a real database, with the claimed attempt of the fixture, and its launcher.
class Dispatch : public triphammer::testing::GatewayFixture {
  public:
    using Body = std::function<Task<>(Dispatcher&, ScriptedLauncher&)>;

    void dispatch(const Answer& answer, const Body& body) {
        run([&](Executor executor, RunnerGateway& gateway) {
            return with_dispatcher(executor, gateway, answer, body);
        });
    }

    static Task<> wait_for(ScriptedLauncher& launcher, Action action, std::size_t count) {
        return launcher.news.until([&launcher, action, count] {
            return launcher.asked_to(action).size() >= count;
        });
    }

    /// Reads until it is so: whoever writes does it on the writer's thread.
    Task<> until_job(model::JobId of, model::JobState state) {
        for (;;) {
            auto reading = database().read([of](store::Connection& reader) {
                return Result<model::JobState>{store::find_job(reader, of)->state};
            });
            const auto now = co_await std::move(reading);
            if (now.value() == state) co_return;
        }
    }

    Task<store::AttemptRow> attempt_of(model::Fence of) {
        auto reading = database().read([of](store::Connection& reader) {
            return Result<store::AttemptRow>{*store::find_attempt(reader, of)};
        });
        auto row = co_await std::move(reading);
        co_return std::move(row.value());
    }

  private:
    Task<> with_dispatcher(
        Executor executor, RunnerGateway& gateway, const Answer& answer, const Body& body
    ) {
        const auto socket = db.folder / "launcher.sock";
        ScriptedLauncher launcher{executor, socket, answer};
        DispatchSettings settings;
        settings.workers = 10;
        settings.run = db.folder / "run";
        settings.endpoint = db.folder / "daemon.sock";
        settings.server_id = "0123456789abcdef";
        Dispatcher dispatcher{
            {executor, database(), db.clock, random_, gateway, socket}, std::move(settings)};
        TaskGroup tasks{executor, {}};
        tasks.spawn("launcher", launcher.serve());
        auto starting = dispatcher.start();
        co_await std::move(starting);
        auto testing = body(dispatcher, launcher);
        co_await std::move(testing);
        auto stopping = dispatcher.stop();
        co_await std::move(stopping);
        auto ending = tasks.stop();
        co_await std::move(ending);
    }

    triphammer::testing::SeededRandom random_{2};
};

/// Whatever is asked goes well; no runner is known.
std::optional<launcher::Reply> agree(const launcher::Request& request) {
    switch (request.action) {
        case Action::start:
            return make_reply("started", request.fence);
        case Action::list:
            return make_reply("list");
        case Action::stop:
            return make_reply("stopped", request.fence);
        case Action::sweep:
            break;
    }
    return make_reply("swept", request.fence);
}

}  // namespace

TEST_F(Dispatch, StartsWhatWasClaimedBeforeItsDaemonDiedWithANewToken) {
    dispatch(agree, [&](Dispatcher& dispatcher, ScriptedLauncher& launcher) -> Task<> {
        auto waiting = wait_for(launcher, Action::start, 1);
        co_await std::move(waiting);
        const auto started = launcher.asked_to(Action::start).front();
        auto reading = attempt_of(fence);
        const auto row = co_await std::move(reading);

        EXPECT_EQ(started.fence, fence.value);
        EXPECT_EQ(started.server_id, "0123456789abcdef");
        EXPECT_EQ(started.endpoint, (db.folder / "daemon.sock").string());
        EXPECT_NE(started.token.reveal(), token);
        EXPECT_EQ(row.token_sha256, sha256_hex(started.token.reveal()));
        EXPECT_EQ(dispatcher.open_attempts(), 1U);
    });
}

TEST_F(Dispatch, TriesAgainUnderANewFenceWhatTheLauncherCouldNotStart) {
    const auto refuse_first = [](const launcher::Request& request) {
        auto reply = *agree(request);
        const bool is_first = request.action == Action::start && request.fence == 1;
        if (is_first) reply = make_reply("refused", request.fence);
        if (is_first) reply.why = "no space left";
        return reply;
    };
    dispatch(refuse_first, [&](Dispatcher&, ScriptedLauncher& launcher) -> Task<> {
        auto waiting = wait_for(launcher, Action::start, 2);
        co_await std::move(waiting);
        auto reading = attempt_of(fence);
        const auto first = co_await std::move(reading);

        EXPECT_EQ(launcher.asked_to(Action::start)[1].fence, 2);
        EXPECT_EQ(first.state, model::AttemptState::ended);
        EXPECT_EQ(first.cause, model::Cause::infrastructure);
    });
}

TEST_F(Dispatch, LosesARunnerOfWhichNothingIsLeft) {
    attach_runner_once();
    dispatch(agree, [&](Dispatcher&, ScriptedLauncher& launcher) -> Task<> {
        auto waiting = until_job(job, model::JobState::failed);
        co_await std::move(waiting);
        auto reading = attempt_of(fence);
        const auto row = co_await std::move(reading);

        EXPECT_EQ(row.cause, model::Cause::lost_runner);
        EXPECT_TRUE(launcher.asked_to(Action::start).empty());
    });
}

TEST_F(Dispatch, ClaimsNothingWhileItDrains) {
    const auto later = add_job("later");
    attach_runner_once();
    dispatch(agree, [&](Dispatcher& dispatcher, ScriptedLauncher& launcher) -> Task<> {
        dispatcher.drain();
        auto waiting = until_job(job, model::JobState::failed);
        co_await std::move(waiting);
        auto still = until_job(later, model::JobState::queued);
        co_await std::move(still);

        EXPECT_TRUE(launcher.asked_to(Action::start).empty());
    });
}

TEST_F(Dispatch, SpendsNoWorkerOnADeploymentWhoseTargetIsTaken) {
    const auto first = add_deploy_job("first");
    const auto second = add_deploy_job("second");
    dispatch(agree, [&](Dispatcher&, ScriptedLauncher& launcher) -> Task<> {
        auto running = until_job(first, model::JobState::running);
        co_await std::move(running);
        auto waiting = until_job(second, model::JobState::waiting);
        co_await std::move(waiting);
        auto starting = wait_for(launcher, Action::start, 2);
        co_await std::move(starting);

        EXPECT_EQ(launcher.asked_to(Action::start).size(), 2U);  // the fixture's and the first
    });
}

}  // namespace triphammer::launch
