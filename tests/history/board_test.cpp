#include "history/board.hpp"

#include "store/deployments/deployment_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/report_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::history;
using model::JobState;
using model::RunState;
using nlohmann::json;
using triphammer::testing::SampleDatabase;

namespace {

store::RunPoint point(std::int64_t id, RunState state, const std::string& workflow = "ci") {
    store::RunPoint out;
    out.id = {id};
    out.state = state;
    out.workflow = workflow;
    return out;
}

struct Fixture : SampleDatabase {
    template <class Read>
    json read_json(Read work) {
        return json::parse(database->read_now(std::move(work)).value());
    }

    json wall() {
        return read_json([](store::Connection& db) { return get_wall(db, {}); })["items"][0];
    }

    json queue() {
        return read_json([&](store::Connection& db) { return get_queue(db, {}, clock.now()); });
    }

    InsightsQuestion question(int days) const {
        InsightsQuestion out;
        out.repository = repository;
        out.days = days;
        out.now = clock.now();
        return out;
    }

    json insights(int days = 30) {
        return read_json([&](store::Connection& db) { return get_insights(db, question(days)); });
    }

    model::RunId end_run(RunState state, Milliseconds wait, Milliseconds took) {
        const auto run = add_run(repository);
        move(run, RunState::queued, RunState::running, wait);
        move(run, RunState::running, state, took);
        return run;
    }

    void move(model::RunId run, RunState from, RunState to, Milliseconds after) {
        clock.advance(after);
        write([&](store::Transaction& tx) {
            return store::move_run(tx, {.run = run, .from = from, .to = to});
        });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

TEST(Health, IsThatOfTheWorstWorkflow) {
    const std::vector points{
        point(5, RunState::succeeded, "lint"),
        point(4, RunState::failed),
        point(3, RunState::failed),
        point(2, RunState::succeeded),
        point(1, RunState::failed)};
    const auto health = judge(points);

    EXPECT_EQ(health.state, "failed");
    ASSERT_NE(health.broken_since, nullptr);
    EXPECT_EQ(health.broken_since->id.value, 3);
}

TEST(Health, IsMendedByASuccessAndNotByACancel) {
    const std::vector mended{point(2, RunState::succeeded), point(1, RunState::failed)};
    const std::vector left{point(2, RunState::cancelled), point(1, RunState::failed)};
    const std::vector only{point(2, RunState::running), point(1, RunState::cancelled)};

    EXPECT_EQ(judge(mended).state, "succeeded");
    EXPECT_EQ(judge(mended).broken_since, nullptr);
    EXPECT_EQ(judge(left).state, "failed");
    EXPECT_EQ(judge(only).state, "cancelled");
    EXPECT_EQ(judge({}).state, "");
}

TEST(Wall, SaysHowLongWhatRunsTookBefore) {
    Fixture fixture;
    fixture.end_run(RunState::succeeded, seconds{1}, minutes{4});
    const auto going = fixture.add_run(fixture.repository);
    fixture.move(going, RunState::queued, RunState::running, seconds{1});
    const auto card = fixture.wall();

    EXPECT_EQ(card["state"], "succeeded");
    EXPECT_EQ(card["going"]["id"], model::to_text(going));
    EXPECT_EQ(card["going"]["expected_ms"], 240'000);
    EXPECT_EQ(card["runs"].size(), 2U);
    EXPECT_EQ(card["broken_since"], nullptr);
}

TEST(Queue, TellsWhoWorksAndWhyTheOthersWait) {
    Fixture fixture;
    fixture.end_run(RunState::succeeded, seconds{1}, minutes{4});
    const auto run = fixture.add_run(fixture.repository);
    const auto first = fixture.add_job(run, "first");
    const auto second = fixture.add_job(run, "second");
    fixture.write([&](store::Transaction& tx) -> Result<model::Fence> {
        store::move_job(tx, {.job = first, .from = JobState::queued, .to = JobState::running})
            .value();
        return store::insert_attempt(tx, first, "sum", "host");
    });
    auto queue = fixture.queue();

    ASSERT_EQ(queue["running"].size(), 1U);
    EXPECT_EQ(queue["running"][0]["executor"], "host");
    EXPECT_EQ(queue["running"][0]["repository"], "octo/roof");
    EXPECT_EQ(queue["running"][0]["expected_ms"], 240'000);
    ASSERT_EQ(queue["waiting"].size(), 1U);
    EXPECT_EQ(queue["waiting"][0]["reason"], "waits for a free worker; 1 job runs");

    const auto count = [](store::Connection& db) -> Result<store::OpenCounts> {
        return store::count_open(db);
    };
    const auto counts = fixture.database->read_now(count).value();
    EXPECT_EQ(counts.running, 1);
    EXPECT_EQ(counts.waiting, 1);
    EXPECT_EQ(counts.approvals, 0);

    fixture.write([&](store::Transaction& tx) {
        return store::move_job(
            tx,
            {.job = second,
             .from = JobState::queued,
             .to = JobState::waiting,
             .reason = "the lock is taken"}
        );
    });
    EXPECT_EQ(fixture.queue()["waiting"][0]["reason"], "the lock is taken");
    EXPECT_EQ(fixture.queue()["more"], false);
}

TEST(Insights, CountWhatEndedInTheDays) {
    Fixture fixture;
    fixture.end_run(RunState::failed, seconds{1}, seconds{1});
    fixture.clock.advance(hours{24 * 40});
    fixture.end_run(RunState::succeeded, seconds{2}, minutes{2});
    fixture.end_run(RunState::succeeded, seconds{4}, minutes{6});
    fixture.end_run(RunState::failed, seconds{6}, seconds{9});
    fixture.add_run(fixture.repository);
    const auto all = fixture.insights()["all"];

    EXPECT_EQ(all["runs"], 3);
    EXPECT_EQ(all["failed"], 1);
    EXPECT_EQ(all["duration_p90_ms"], 360'000);
    EXPECT_EQ(all["wait_p50_ms"], 4'000);
    EXPECT_EQ(fixture.insights(60)["all"]["runs"], 4);
    EXPECT_EQ(fixture.insights()["workflows"].size(), 1U);
    EXPECT_EQ(fixture.insights()["cut"], false);
}

TEST(Insights, CompareWithAsManyDaysBefore) {
    Fixture fixture;
    fixture.end_run(RunState::succeeded, seconds{1}, minutes{1});
    fixture.clock.advance(hours{24 * 15});
    fixture.end_run(RunState::succeeded, seconds{1}, minutes{3});
    const auto near = fixture.insights(10);

    EXPECT_EQ(near["all"]["runs"], 1);
    EXPECT_EQ(near["workflows"][0]["duration_p50_ms"], 180'000);
    EXPECT_EQ(near["workflows"][0]["duration_before_p50_ms"], 60'000);
    EXPECT_EQ(fixture.insights(30)["all"]["duration_before_p50_ms"], nullptr);
    EXPECT_EQ(fixture.insights(5)["all"]["duration_before_p50_ms"], nullptr);
}

TEST(Insights, NameTheSlowestStepsAndWhatTheyTookBefore) {
    Fixture fixture;
    for (const auto took : {seconds{10}, seconds{10}, seconds{30}, seconds{30}}) {
        const auto run = fixture.add_run(fixture.repository);
        const auto job = fixture.add_job(run, "test");
        fixture.write([&](store::Transaction& tx) -> Result<> {
            const auto sum = "sum" + model::to_text(run);
            const auto fence = store::insert_attempt(tx, job, sum, "host");
            const store::StepPlace place{fence, run};
            const auto now = fixture.clock.now();
            store::begin_step(tx, place, {.number = 1, .name = "fast", .at = now});
            store::end_step(tx, place, "fast", {.number = 1, .at = now + seconds{1}});
            store::begin_step(tx, place, {.number = 2, .name = "slow", .at = now});
            store::end_step(tx, place, "slow", {.number = 2, .at = now + took});
            return {};
        });
    }
    const auto steps = fixture.insights()["slow_steps"];

    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0]["step"], "slow");
    EXPECT_EQ(steps[0]["job"], "test");
    EXPECT_EQ(steps[0]["times"], 4);
    EXPECT_EQ(steps[0]["p50_ms"], 30'000);
    EXPECT_EQ(steps[0]["before_p50_ms"], 10'000);
    EXPECT_EQ(steps[1]["p50_ms"], 1'000);
}

TEST(Insights, RefuseDaysThatNobodyMeans) {
    Fixture fixture;
    const auto ask = [&](int days) {
        return fixture.database->read_now([&](store::Connection& db) {
            return get_insights(db, fixture.question(days));
        });
    };

    EXPECT_EQ(ask(0).error().code, Code::invalid);
    EXPECT_EQ(ask(366).error().code, Code::invalid);
    EXPECT_TRUE(ask(365));
}

TEST(Insights, NameNoEnvironmentWhereNothingWasDeployed) {
    Fixture fixture;
    const auto deployments = fixture.insights()["deployments"];

    EXPECT_EQ(deployments["environment"], nullptr);
    EXPECT_EQ(deployments["failure_rate"], nullptr);
    EXPECT_EQ(fixture.insights()["flaky"].size(), 0U);
}
