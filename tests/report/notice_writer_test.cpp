#include "report/notice_writer.hpp"

#include "report/outbox_writer.hpp"
#include "store/outbox_store.hpp"
#include "store/sample_database.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::report;
using model::RunState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using triphammer::testing::SampleDatabase;

namespace {

struct Newsroom : SampleDatabase {
    Newsroom() : repository{add_repository("o/r")} {
        channel.name = "team";
        channel.type = "slack";
    }

    model::RunId add(const std::string& definition = "on: push", bool from_fork = false) {
        return write([&](store::Transaction& tx) {
            store::NewRun run;
            run.repository = repository;
            run.workflow = "ci";
            run.workflow_path = ".triphammer/ci.yml";
            run.event = "push";
            run.ref = "refs/heads/main";
            run.sha = std::string(40, 'a');
            run.definition = definition;
            run.from_fork = from_fork;
            return store::insert_run(tx, run);
        });
    }

    void end(model::RunId run, RunState state) {
        move(run, RunState::queued, RunState::running);
        move(run, RunState::running, state);
    }

    void move(model::RunId run, RunState from, RunState to) {
        write([&](store::Transaction& tx) {
            return store::move_run(tx, {.run = run, .from = from, .to = to});
        });
    }

    /// "SUBJECT EVENT" of what the channel is to be told.
    std::vector<std::string> told() {
        WriterSettings settings;
        settings.has_forge = false;
        settings.channels = {channel};
        write([&](store::Transaction& tx) -> Result<> {
            auto more = write_outbox(tx, settings);
            return more ? Result<>{} : more.error();
        });
        std::vector<std::string> out;
        const auto due = read([&](store::Connection& db) {
            return store::list_due_messages(db, {"notify:team"}, clock.now(), 100);
        });
        for (const auto& message : due) {
            const auto payload = nlohmann::json::parse(message.payload);
            out.push_back(message.subject + ' ' + payload.value("event", ""));
        }
        return out;
    }

    model::RepositoryId repository;
    ChannelSettings channel;
};

const std::string kNotifying =
    "on: push\njobs: { a: { runs-on: host, steps: [{ run: x }] } }\nnotify: { team: success }\n";

}  // namespace

TEST(NoticeWriter, TellsOfFailuresAndTheirEndWhereNothingElseIsSaid) {
    Newsroom room;
    room.end(room.add(), RunState::succeeded);
    room.end(room.add(), RunState::failed);
    room.end(room.add(), RunState::succeeded);
    room.end(room.add(), RunState::succeeded);

    EXPECT_THAT(room.told(), ElementsAre("run 2 failed", "run 3 recovered"));
}

TEST(NoticeWriter, ACancelledRunMendsNothing) {
    Newsroom room;
    room.end(room.add(), RunState::failed);
    room.end(room.add(), RunState::cancelled);
    room.end(room.add(), RunState::succeeded);

    EXPECT_THAT(room.told(), ElementsAre("run 1 failed", "run 3 recovered"));
}

TEST(NoticeWriter, KeepsTheLastOfARunForAChat) {
    Newsroom room;
    room.channel.on = {"started", "succeeded"};
    room.end(room.add(), RunState::succeeded);

    EXPECT_THAT(room.told(), ElementsAre("run 1 succeeded"));
}

TEST(NoticeWriter, KeepsEveryEventForAWebhook) {
    Newsroom room;
    room.channel.type = "webhook";
    room.channel.on = {"started", "succeeded"};
    room.end(room.add(), RunState::succeeded);

    EXPECT_THAT(room.told(), ElementsAre("run 1 1 started started", "run 1 1 succeeded succeeded"));
}

TEST(NoticeWriter, TheWorkflowsOwnWordCounts) {
    Newsroom room;
    room.end(room.add(kNotifying), RunState::failed);
    room.end(room.add(kNotifying), RunState::succeeded);

    EXPECT_THAT(room.told(), ElementsAre("run 2 succeeded"));
}

TEST(NoticeWriter, AForksWordDoesNot) {
    Newsroom room;
    room.end(room.add(kNotifying, true), RunState::failed);

    EXPECT_THAT(room.told(), ElementsAre("run 1 failed"));
}

TEST(NoticeWriter, OtherRepositoriesAreNotItsBusiness) {
    Newsroom room;
    room.channel.repositories = {"x/*", "o/other"};
    room.end(room.add(), RunState::failed);
    EXPECT_THAT(room.told(), IsEmpty());

    room.channel.repositories = {"O/*"};
    room.end(room.add(), RunState::failed);
    EXPECT_THAT(room.told(), ElementsAre("run 2 failed"));
}
