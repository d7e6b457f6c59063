#include "report/notice_writer.hpp"

#include "report/notice.hpp"
#include "report/outbox_writer.hpp"
#include "store/deployments/approval_store.hpp"
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

namespace {

/// A run whose job waits for people.
struct Waiting : Newsroom {
    Waiting() {
        channel.on = {"approval_needed", "approved", "rejected"};
        run = add();
    }

    model::ApprovalId ask(const std::string& environment = "production") {
        return write([&](store::Transaction& tx) -> Result<model::ApprovalId> {
            store::NewApproval question;
            question.kind = model::ApprovalKind::fork;
            question.repository = repository;
            question.run = run;
            question.sha = environment;
            question.subject = environment;
            return store::insert_approval(tx, question);
        });
    }

    void answer(model::ApprovalId id, model::ApprovalState to, bool by_somebody = true) {
        write([&](store::Transaction& tx) -> Result<> {
            if (by_somebody) {
                auto voted = store::add_vote(tx, id, {"user:ada", true, "fine", tx.now()});
                if (!voted) return voted;
            }
            return store::move_approval(
                tx, {.id = id, .to = to, .reason = "approved by user:ada: fine"}
            );
        });
    }

    Notice notice(std::size_t at) {
        return read([&](store::Connection& db) {
            const auto due = store::list_due_messages(db, {"notify:team"}, clock.now(), 100);
            return load_notice(db, due.at(at), "https://ci.test").value();
        });
    }

    model::RunId run;
};

}  // namespace

TEST(NoticeWriter, SaysThatAQuestionExpiredWhetherOrNotSomebodyHadAnswered) {
    Waiting room;
    room.channel.type = "webhook";
    room.channel.on = {"expired"};

    room.answer(room.ask("one"), model::ApprovalState::expired, false);
    room.answer(room.ask("two"), model::ApprovalState::expired);

    EXPECT_THAT(room.told(), ElementsAre("run 1 1 expired 1 expired", "run 1 1 expired 2 expired"));
}

TEST(NoticeWriter, SaysWhatWaitsForPeopleAndWhatTheySaid) {
    Waiting room;
    const auto first = room.ask();
    EXPECT_THAT(room.told(), ElementsAre("run 1 approval_needed"));
    EXPECT_EQ(room.notice(0).leads_to, "https://ci.test/approvals/1");
    room.ask("other");
    room.answer(first, model::ApprovalState::approved);

    EXPECT_THAT(room.told(), ElementsAre("run 1 approved")) << "one message a run";
    const auto notice = room.notice(0);
    EXPECT_EQ(notice.leads_to, "https://ci.test/approvals/1");
    ASSERT_EQ(notice.approvals.size(), 2U);
    EXPECT_EQ(notice.approvals[0].what, "waits, 0 of 1") << "the other one goes on waiting";
    EXPECT_EQ(notice.approvals[1].what, "approved by user:ada: fine");
}

TEST(NoticeWriter, AWebhookHearsOfEachQuestion) {
    Waiting room;
    room.channel.type = "webhook";
    room.ask();
    room.answer(room.ask("other"), model::ApprovalState::rejected);

    EXPECT_THAT(
        room.told(),
        ElementsAre("run 1 1 approval_needed 1 approval_needed", "run 1 1 rejected 2 rejected")
    ) << "what is answered already waits for nobody";
}

TEST(NoticeWriter, WhatTimeAloneAnswersAsksNobody) {
    Waiting room;
    room.channel.type = "webhook";
    room.answer(room.ask(), model::ApprovalState::approved, false);
    room.answer(room.ask("other"), model::ApprovalState::voided);

    EXPECT_THAT(room.told(), IsEmpty());
}

TEST(NoticeWriter, WhoNamesNoEventHearsThatSomethingWaitsAndNotWhatBecameOfIt) {
    Waiting room;
    room.channel.on = {};
    room.channel.type = "webhook";
    room.answer(room.ask(), model::ApprovalState::approved);
    room.ask("other");

    EXPECT_THAT(room.told(), ElementsAre("run 1 1 approval_needed 2 approval_needed"));
}
