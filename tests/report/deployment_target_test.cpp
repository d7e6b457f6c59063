#include "report/deployment_target.hpp"

#include "report/forge_fixture.hpp"

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

constexpr const char* kDeployments = "POST /repos/o/r/deployments";
constexpr const char* kStates = "POST /repos/o/r/deployments/31/statuses";

class DeploymentTargetTest : public ::testing::Test {
  protected:
    DeploymentTargetTest() : repository_{sample_.add_repository("o/r")} {
        run_ = sample_.add_run(repository_);
        job_ = sample_.write([&](store::Transaction& tx) -> Result<model::JobId> {
            store::NewJob job;
            job.run = run_;
            job.repository = repository_;
            job.key = job.name = "ship";
            job.stage = "deploy";
            job.environment = "staging";
            job.state = model::JobState::queued;
            job.definition_json = R"({"key": "ship", "kind": "steps"})";
            return store::insert_job(tx, job);
        });
        move(model::JobState::queued, model::JobState::running);
    }

    http::Response answer(const ForgeRequest& request) {
        if (request.method == http::Method::get) return http::make_json(200, there_.dump());
        if (request.path.ends_with("/statuses")) return http::make_json(201, "{}");
        there_.push_back({{"id", 31}, {"payload", request.body["payload"]}});
        return loses_ ? http::make_json(502, "{}") : http::make_json(201, there_.back().dump());
    }

    void move(model::JobState from, model::JobState to) {
        sample_.write([&](store::Transaction& tx) {
            return store::move_job(tx, {.job = job_, .from = from, .to = to});
        });
    }

    /// The status of the forge's last answer.
    int send() {
        const auto wanted = sample_.write([&](store::Transaction& tx) -> Result<store::MessageRow> {
            note_deployment(tx, *store::find_run(tx, run_), *store::find_job(tx, job_));
            return store::list_due_messages(tx, {kDeploymentChannel}, tx.now(), 10).at(0);
        });
        const auto answered = talk_to(forge_, sample_.clock, [&](github::Clients& clients) {
            return talk(clients, wanted);
        });
        return answered ? answered->status : -1;
    }

    Task<Result<github::ApiAnswer>> talk(github::Clients& clients, store::MessageRow wanted) {
        DeploymentTarget target{*sample_.database, clients, {"server", "https://ci.test"}};
        auto sending = target.send("o/r", std::move(wanted));
        co_return co_await std::move(sending);
    }

    SampleDatabase sample_;
    Forge forge_{[this](const ForgeRequest& request) { return answer(request); }};
    model::RepositoryId repository_;
    model::RunId run_;
    model::JobId job_;
    json there_ = json::array();
    bool loses_ = false;
};

}  // namespace

TEST_F(DeploymentTargetTest, MakesOneAndTellsItsStates) {
    EXPECT_EQ(send(), 201);
    move(model::JobState::running, model::JobState::succeeded);
    EXPECT_EQ(send(), 201);

    EXPECT_THAT(forge_.changes(), ElementsAre(kDeployments, kStates, kStates));
    const auto& made = forge_.asked[0].body;
    EXPECT_EQ(made["ref"], std::string(40, 'a'));
    EXPECT_EQ(made["environment"], "staging");
    EXPECT_EQ(made["auto_merge"], false);
    EXPECT_THAT(made["required_contexts"], IsEmpty());
    EXPECT_EQ(forge_.asked[1].body["state"], "in_progress");
    EXPECT_EQ(forge_.asked[2].body["state"], "success");
    EXPECT_EQ(forge_.asked[2].body["auto_inactive"], false);
}

TEST_F(DeploymentTargetTest, SaysNothingThatGitHubHasAlready) {
    send();
    const auto before = forge_.asked.size();

    EXPECT_EQ(send(), 200);

    EXPECT_EQ(forge_.asked.size(), before);
}

TEST_F(DeploymentTargetTest, FindsTheOneWhoseMakingNobodyHeardOf) {
    loses_ = true;
    EXPECT_EQ(send(), 502);
    loses_ = false;

    EXPECT_EQ(send(), 201);

    EXPECT_THAT(forge_.changes(), ElementsAre(kDeployments, kStates));
}

TEST_F(DeploymentTargetTest, TakesNobodyElsesForItsOwn) {
    loses_ = true;
    send();
    loses_ = false;
    there_[0] = {{"id", 30}, {"payload", {{"triphammer", "another:1"}}}};

    EXPECT_EQ(send(), 201);

    EXPECT_THAT(forge_.changes(), ElementsAre(kDeployments, kDeployments, kStates));
}
