#include "history/history.hpp"

#include "store/deployments/deployment_listing.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/forge/delivery_listing.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/run_listing.hpp"
#include "store/runs/step_store.hpp"
#include "store/runs/summary_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::history;
using model::JobState;
using nlohmann::json;
using triphammer::testing::SampleDatabase;

namespace {

struct Fixture : SampleDatabase {
    json runs(const RunFilter& filter, const Page& page = {}) {
        return read_json([&](store::Connection& db) { return history::list_runs(db, filter, page); }
        );
    }

    template <class Read>
    json read_json(Read work) {
        return json::parse(database->read_now(std::move(work)).value());
    }

    model::Fence start(model::JobId job) {
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            store::move_job(tx, {.job = job, .from = JobState::queued, .to = JobState::running})
                .value();
            const auto fence = store::insert_attempt(tx, job, "sum" + to_text(job), "host");
            store::begin_step(tx, {fence, {}}, {1, "compile", "Compile", tx.now()});
            return fence;
        });
    }

    /// In one transaction.
    void add_runs(int count) {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewRun run;
            run.repository = repository;
            run.ref = "refs/heads/main";
            for (int i = 0; i < count; ++i) store::insert_run(tx, run).value();
            return {};
        });
    }

    void end_run(model::RunId run) {
        write([&](store::Transaction& tx) {
            return store::move_run(
                tx, {.run = run, .from = model::RunState::queued, .to = model::RunState::succeeded}
            );
        });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

std::vector<std::string> ids(const json& list) {
    std::vector<std::string> out;
    for (const auto& item : list["items"]) out.push_back(item["id"]);
    return out;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST(ListRuns, PagesFromTheNewestToTheOldest) {
    Fixture fixture;
    for (int i = 0; i < 5; ++i) fixture.add_run(fixture.repository);

    const auto first = fixture.runs({}, {.limit = 2});
    const auto second = fixture.runs({}, {.cursor = first["next"], .limit = 2});
    const auto last = fixture.runs({}, {.cursor = second["next"], .limit = 2});

    EXPECT_EQ(ids(first), (Ids{"5", "4"}));
    EXPECT_EQ(ids(second), (Ids{"3", "2"}));
    EXPECT_EQ(ids(last), (Ids{"1"}));
    EXPECT_TRUE(last["next"].is_null());
}

TEST(ListRuns, ShowsARunAsTheContractSays) {
    Fixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    fixture.add_job(run, "build");

    const auto item = fixture.runs({})["items"][0];

    EXPECT_EQ(item["repository"], "octo/roof");
    EXPECT_EQ(item["number"], 1);
    EXPECT_EQ(item["state"], "queued");
    EXPECT_TRUE(item["cause"].is_null());
    EXPECT_TRUE(item["delivery"].is_null());
    EXPECT_EQ(item["created_at"], "2023-11-14T22:13:20.000Z");
    EXPECT_TRUE(item["started_at"].is_null());
    EXPECT_EQ(item["jobs"].size(), 1U);
    EXPECT_EQ(item["jobs"][0]["name"], "build");
    EXPECT_EQ(item["jobs"][0]["state"], "queued");
}

TEST(ListRuns, FiltersByEverything) {
    Fixture fixture;
    const auto other = fixture.add_repository("octo/cellar");
    fixture.add_run(fixture.repository);
    fixture.add_run(other);
    fixture.add_run(fixture.repository, "refs/heads/dev");
    fixture.end_run({2});

    EXPECT_EQ(ids(fixture.runs({.repository = fixture.repository})), (Ids{"3", "1"}));
    EXPECT_EQ(ids(fixture.runs({.branch = "dev"})), (Ids{"3"}));
    EXPECT_EQ(
        ids(fixture.runs({.repository = fixture.repository, .branch = "refs/heads/main"})),
        (Ids{"1"})
    );
    EXPECT_EQ(ids(fixture.runs({.state = "succeeded"})), (Ids{"2"}));
    EXPECT_EQ(ids(fixture.runs({.repository = fixture.repository, .state = "succeeded"})), Ids{});
    EXPECT_EQ(ids(fixture.runs({.event = "push"})).size(), 3U);
    EXPECT_EQ(ids(fixture.runs({.event = "release"})), Ids{});
    EXPECT_EQ(ids(fixture.runs({.actor = "mona"})).size(), 3U);
    EXPECT_EQ(ids(fixture.runs({.workflow = "cd"})), Ids{});
    EXPECT_EQ(ids(fixture.runs({.text = "THE ROOF"})).size(), 3U);
    EXPECT_EQ(ids(fixture.runs({.text = "aaaaaa"})).size(), 3U);
    EXPECT_EQ(ids(fixture.runs({.text = "%"})), Ids{});
}

TEST(ListRuns, LooksThroughABoundedNumberOfRowsForARareOne) {
    Fixture fixture;
    fixture.add_run(fixture.repository, "refs/heads/rare");
    fixture.add_runs(static_cast<int>(store::kWindow));

    const auto first = fixture.runs({.branch = "rare"});
    const auto second = fixture.runs({.branch = "rare"}, {.cursor = first["next"]});

    EXPECT_EQ(ids(first), Ids{});
    EXPECT_EQ(first["next"], "2");
    EXPECT_EQ(ids(second), (Ids{"1"}));
    EXPECT_TRUE(second["next"].is_null());
}

TEST(ListRuns, RefusesWhatItNeverGaveOut) {
    Fixture fixture;
    const auto refuse = [&](const RunFilter& filter, const Page& page) {
        return fixture.database
            ->read_now([&](store::Connection& db) { return history::list_runs(db, filter, page); })
            .error()
            .code;
    };

    EXPECT_EQ(refuse({}, {.cursor = "x"}), Code::invalid);
    EXPECT_EQ(refuse({}, {.cursor = "-1"}), Code::invalid);
    EXPECT_EQ(refuse({}, {.limit = 0}), Code::invalid);
    EXPECT_EQ(refuse({}, {.limit = 101}), Code::invalid);
    EXPECT_EQ(refuse({.state = "runing"}, {}), Code::invalid);
}

TEST(GetRun, ShowsJobsAttemptsAndSteps) {
    Fixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    const auto job = fixture.add_job(run, "build");
    const auto fence = fixture.start(job);

    const auto shown =
        fixture.read_json([&](store::Connection& db) { return history::get_run(db, run); });

    const auto& build = shown["jobs"][0];
    EXPECT_EQ(shown["repository"], "octo/roof");
    EXPECT_EQ(build["key"], "build");
    EXPECT_EQ(build["kind"], "steps");
    EXPECT_EQ(build["attempt"], 1);
    EXPECT_EQ(build["fence"], to_text(fence));
    EXPECT_EQ(build["needs"], json::array());
    EXPECT_EQ(build["outputs"], json::object());
    EXPECT_EQ(build["steps"][0]["name"], "Compile");
    EXPECT_EQ(build["steps"][0]["state"], "running");
    EXPECT_TRUE(build["steps"][0]["exit_status"].is_null());
    EXPECT_EQ(build["attempts"][0]["state"], "claimed");
}

TEST(GetSummaries, ShowsWhatTheNewestAttemptsWroteInTheOrderOfTheirEnds) {
    Fixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    const auto late = fixture.add_job(run, "late");
    const auto early = fixture.add_job(run, "early");
    fixture.add_job(run, "silent");
    const auto write_summary = [&](model::JobId job, const std::string& text) {
        const auto fence = fixture.start(job);
        fixture.write([&](store::Transaction& tx) -> Result<> {
            store::append_summary(tx, fence, {1, 0, text});
            return {};
        });
    };
    write_summary(late, "# late");
    write_summary(early, "# early");
    for (const auto job : {early, late}) {
        fixture.clock.advance(Milliseconds{1000});
        fixture.write([&](store::Transaction& tx) {
            return store::move_job(
                tx, {.job = job, .from = JobState::running, .to = JobState::succeeded}
            );
        });
    }

    const auto shown =
        fixture.read_json([&](store::Connection& db) { return history::get_summaries(db, run); });

    ASSERT_EQ(shown["items"].size(), 2U);
    EXPECT_EQ(shown["items"][0]["name"], "early");
    EXPECT_EQ(shown["items"][0]["steps"][0]["markdown"], "# early");
    EXPECT_EQ(shown["items"][0]["steps"][0]["name"], "Compile");
    EXPECT_EQ(shown["items"][1]["job"], to_text(late));
}

TEST(GetRun, KnowsNoRunThatIsNotThere) {
    Fixture fixture;

    auto missing = fixture.database->read_now([](store::Connection& db) {
        return history::get_run(db, {4711});
    });

    EXPECT_EQ(missing.error().code, Code::not_found);
}

TEST(FindShownAttempt, TakesTheNewestUnlessAskedForAnother) {
    Fixture fixture;
    const auto job = fixture.add_job(fixture.add_run(fixture.repository), "build");
    const auto fence = fixture.start(job);
    const auto find = [&](std::int64_t number) {
        return fixture.database->read_now([&, number](store::Connection& db) {
            return history::find_shown_attempt(db, job, number);
        });
    };

    EXPECT_EQ(find(0).value(), fence);
    EXPECT_EQ(find(1).value(), fence);
    EXPECT_EQ(find(2).error().code, Code::not_found);
}

TEST(Deliveries, AreListedAndShownWithTheirRuns) {
    Fixture fixture;
    fixture.write([&](store::Transaction& tx) -> Result<> {
        store::NewDelivery delivery;
        delivery.guid = "g1";
        delivery.event = "push";
        delivery.repository = fixture.repository;
        delivery.facts_json = R"({"ref": "refs/heads/main"})";
        store::append_delivery(tx, delivery);
        store::NewRefusal refusal;
        refusal.guid = "g2";
        refusal.reason = "wrong signature";
        store::append_refusal(tx, refusal, 10);
        return {};
    });

    const auto all = fixture.read_json([](store::Connection& db) {
        return history::list_deliveries(db, {}, {});
    });
    const auto refused = fixture.read_json([](store::Connection& db) {
        return history::list_deliveries(db, {.outcome = "refused"}, {});
    });
    const auto shown =
        fixture.read_json([](store::Connection& db) { return history::get_delivery(db, "g1"); });

    ASSERT_EQ(all["items"].size(), 2U);
    EXPECT_EQ(all["items"][1]["facts"]["ref"], "refs/heads/main");
    EXPECT_EQ(all["items"][1]["repository"], "octo/roof");
    EXPECT_EQ(all["items"][1]["runs"], json::array());
    ASSERT_EQ(refused["items"].size(), 1U);
    EXPECT_EQ(refused["items"][0]["reason"], "wrong signature");
    EXPECT_EQ(shown["outcome"], "pending");
    EXPECT_TRUE(shown["reasons"].is_null());
    EXPECT_EQ(shown["headers"], json::object());
}

TEST(Deployments, AreListedShownAndGatheredByEnvironment) {
    Fixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    const auto deploy = [&](const std::string& key) {
        const auto job = fixture.add_job(run, key);
        return fixture.write([&](store::Transaction& tx) -> Result<model::DeploymentId> {
            store::NewDeployment fresh;
            fresh.repository = fixture.repository;
            fresh.environment = "production";
            fresh.target = "container:web";
            fresh.driver = "container";
            fresh.run = run;
            fresh.job = job;
            auto id = store::insert_deployment(tx, fresh);
            store::start_deployment(tx, *id).value();
            return id;
        });
    };
    const auto first = deploy("first");
    fixture.write([&](store::Transaction& tx) { return store::move_deployment(tx, {.id = first}); }
    );
    const auto second = deploy("second");

    const auto listed = fixture.read_json([](store::Connection& db) {
        return history::list_deployments(db, {.environment = "production"}, {});
    });
    const auto shown = fixture.read_json([&](store::Connection& db) {
        return history::get_deployment(db, second);
    });
    const auto environments =
        fixture.read_json([](store::Connection& db) { return history::list_environments(db); });
    const auto of_run = [&](model::RunId id) {
        return ids(fixture.read_json([&](store::Connection& db) {
            return history::list_deployments(db, {.run = id}, {});
        }));
    };

    EXPECT_EQ(ids(listed), (Ids{to_text(second), to_text(first)}));
    EXPECT_EQ(of_run(run), (Ids{to_text(second), to_text(first)}));
    EXPECT_EQ(of_run(fixture.add_run(fixture.repository)), Ids{});
    EXPECT_EQ(shown["state"], "running");
    EXPECT_EQ(shown["previous"], to_text(first));
    EXPECT_EQ(shown["effects"], json::array());
    EXPECT_EQ(environments["items"][0]["current"]["id"], to_text(first));
    EXPECT_EQ(environments["items"][0]["open"]["id"], to_text(second));
}

TEST(Repositories, ShowTheirNewestRun) {
    Fixture fixture;
    fixture.add_repository("octo/cellar");
    fixture.add_run(fixture.repository);
    fixture.add_run(fixture.repository);

    const auto listed =
        fixture.read_json([](store::Connection& db) { return history::list_repositories(db); });

    EXPECT_EQ(listed["items"][0]["full_name"], "octo/cellar");
    EXPECT_TRUE(listed["items"][0]["last_run"].is_null());
    EXPECT_EQ(listed["items"][1]["hook"], "/webhooks/github/hook-octo/roof");
    EXPECT_EQ(listed["items"][1]["last_run"]["number"], 2);
}
