#include "report/check_target.hpp"

#include "report/forge_fixture.hpp"
#include "report/outbox_writer.hpp"
#include "report/status_message.hpp"
#include "store/runs/attempt_store.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::report;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using triphammer::testing::Forge;
using triphammer::testing::ForgeRequest;
using triphammer::testing::SampleDatabase;
using triphammer::testing::talk_to;

namespace {

/// In place of commit statuses.
struct Statuses final : Target {
    Task<Result<github::ApiAnswer>> send(std::string, store::MessageRow) override {
        ++count;
        github::ApiAnswer answer;
        answer.status = 201;
        co_return answer;
    }

    int count = 0;
};

class CheckTargetTest : public ::testing::Test {
  protected:
    CheckTargetTest()
        : repository_{sample_.add_repository("o/r")},
          run_{sample_.add_run(repository_)},
          job_{sample_.add_job(run_, "test")} {}

    /// GitHub as it is when nothing goes wrong: check run 17.
    http::Response answer(const ForgeRequest& request) {
        if (request.method == http::Method::get) {
            json list{{"check_runs", json::array()}};
            if (!there_.is_null()) list["check_runs"].push_back(there_);
            return http::make_json(200, list.dump());
        }
        if (refuses_annotations_ && request.body["output"].contains("annotations")) {
            return http::make_json(422, "{}");
        }
        there_ = {{"id", 17}, {"external_id", request.body.value("external_id", external_)}};
        external_ = there_["external_id"];
        if (loses_) return http::make_json(502, "{}");
        const bool is_new = request.method == http::Method::post;
        return http::make_json(is_new ? 201 : 200, there_.dump());
    }

    store::MessageRow message() {
        return sample_.write([&](store::Transaction& tx) -> Result<store::MessageRow> {
            WriterSettings settings;
            settings.public_url = "https://ci.test";
            if (auto told = report_job(tx, job_, settings); !told) return told.error();
            return store::list_due_messages(tx, {kStatusChannel}, tx.now(), 10).at(0);
        });
    }

    /// The status of the forge's last answer.
    int send() {
        const auto wanted = message();
        const auto answered = talk_to(forge_, sample_.clock, [&](github::Clients& clients) {
            return talk(clients, wanted);
        });
        return answered ? answered->status : -1;
    }

    Task<Result<github::ApiAnswer>> talk(github::Clients& clients, store::MessageRow wanted) {
        CheckTarget target{*sample_.database, clients, statuses_, {"server", "https://ci.test"}};
        auto sending = target.send("o/r", std::move(wanted));
        co_return co_await std::move(sending);
    }

    void move(model::JobState from, model::JobState to) {
        sample_.write([&](store::Transaction& tx) {
            return store::move_job(tx, {.job = job_, .from = from, .to = to});
        });
    }

    SampleDatabase sample_;
    Forge forge_{[this](const ForgeRequest& request) { return answer(request); }};
    Statuses statuses_;
    model::RepositoryId repository_;
    model::RunId run_;
    model::JobId job_;
    json there_;
    std::string external_;
    bool loses_ = false;
    bool refuses_annotations_ = false;
};

}  // namespace

TEST_F(CheckTargetTest, MakesOneAndChangesItAsTheJobGoesOn) {
    EXPECT_EQ(send(), 200);
    move(model::JobState::queued, model::JobState::running);
    EXPECT_EQ(send(), 200);

    EXPECT_THAT(
        forge_.changes(),
        ElementsAre("POST /repos/o/r/check-runs", "PATCH /repos/o/r/check-runs/17")
    );
    EXPECT_EQ(forge_.asked[0].body["head_sha"], std::string(40, 'a'));
    EXPECT_EQ(forge_.asked[0].body["external_id"], "triphammer:server:1");
    EXPECT_EQ(forge_.asked[1].body["status"], "in_progress");
    EXPECT_EQ(statuses_.count, 0);
}

TEST_F(CheckTargetTest, SaysNothingThatGitHubHasAlready) {
    send();
    const auto before = forge_.asked.size();

    EXPECT_EQ(send(), 200);

    EXPECT_EQ(forge_.asked.size(), before);
}

TEST_F(CheckTargetTest, FindsTheOneWhoseMakingNobodyHeardOf) {
    loses_ = true;
    EXPECT_EQ(send(), 502);
    loses_ = false;

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(
        forge_.changes(),
        ElementsAre("POST /repos/o/r/check-runs", "PATCH /repos/o/r/check-runs/17")
    );
}

TEST_F(CheckTargetTest, MakesAnotherWhereThatOfTheSameNameIsAnothers) {
    loses_ = true;
    send();
    loses_ = false;
    there_["external_id"] = "triphammer:another:1";

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(
        forge_.changes(), ElementsAre("POST /repos/o/r/check-runs", "POST /repos/o/r/check-runs")
    );
}

TEST_F(CheckTargetTest, LeavesItToTheStatusesWithoutAnApp) {
    forge_.has_app = false;

    EXPECT_EQ(send(), 201);

    EXPECT_EQ(statuses_.count, 1);
    EXPECT_THAT(forge_.asked, IsEmpty());
}

TEST_F(CheckTargetTest, WhatBeganAsAStatusStaysOne) {
    const auto first = message();
    sample_.write([&](store::Transaction& tx) { return store::finish_message(tx, first.id); });

    EXPECT_EQ(send(), 201);

    EXPECT_EQ(statuses_.count, 1);
    EXPECT_THAT(forge_.changes(), IsEmpty());
}

TEST_F(CheckTargetTest, AResultCountsForMoreThanItsAnnotations) {
    move(model::JobState::queued, model::JobState::running);
    sample_.write([&](store::Transaction& tx) -> Result<> {
        const auto fence = store::insert_attempt(tx, job_, "token", "host");
        return store::close_attempt(tx, fence, {.result = "failed"});
    });
    sample_.write([&](store::Transaction& tx) -> Result<> {
        tx.prepare(
              "INSERT INTO steps (attempt, number, name, state, annotations) SELECT id, 1, 'lint', "
              "'failed', "
              "'[{\"level\":\"error\",\"message\":\"E501\",\"file\":\"a.py\",\"line\":3}]' "
              "FROM attempts"
        )
            .run();
        return {};
    });
    move(model::JobState::running, model::JobState::failed);
    refuses_annotations_ = true;

    EXPECT_EQ(send(), 200);

    ASSERT_EQ(forge_.asked.size(), 2U);
    EXPECT_EQ(forge_.asked[0].body["output"]["annotations"][0]["path"], "a.py");
    EXPECT_FALSE(forge_.asked[1].body["output"].contains("annotations"));
    EXPECT_EQ(forge_.asked[1].body["conclusion"], "failure");
}
