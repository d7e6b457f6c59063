#include "queue/groups.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct Fixture : QueueFixture {
    /// A run with one job, in a group of the workflow.
    model::RunId create_in(const plan::Group& group) {
        auto plan = make_plan({{"a", {}}});
        plan.runs[0].group = group;
        return create_planned(plan);
    }

    /// A run with one job, which is in a group.
    model::RunId create_job_in(const std::string& group, const std::string& cancels = "") {
        auto plan = make_plan({{"a", {}}});
        auto& job = plan.runs[0].jobs[0];
        job.definition.concurrency.emplace().group.text = group;
        job.definition.concurrency->cancel_in_progress.text = cancels;
        job.group = {group, cancels == "true", false};
        return create_planned(plan);
    }

    model::RunId create_in_environment(const std::string& environment) {
        auto plan = make_plan({{"a", {}}});
        auto& job = plan.runs[0].jobs[0];
        job.definition.environment.text = job.environment = environment;
        job.group = {environment, false, true};
        return create_planned(plan);
    }

    std::string states(const std::vector<model::RunId>& runs) {
        std::string out;
        for (const auto run : runs) out += run_state(run) + "/" + job_state(run, "a") + " ";
        return out;
    }

    Result<> cancel(model::RunId run) {
        return try_write([&](store::Transaction& tx) -> Result<> {
            const auto asked = queue::request_cancel(tx, run, {"wrong", "mona"});
            if (!asked) return asked.error();
            return {};
        });
    }
};

}  // namespace

// control-workflow-concurrency: one at a time, one pending, which a newer one replaces
TEST(Groups, OneRunGoesOnAndOneWaits) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci"});
    const auto second = fixture.create_in({"CI"});

    EXPECT_EQ(fixture.states({first, second}), "queued/queued queued/blocked ");
    EXPECT_EQ(fixture.job(second, "a").reason, "waits for run 1 in group 'CI'");

    const auto third = fixture.create_in({"ci"});

    EXPECT_EQ(
        fixture.states({first, second, third}), "queued/queued cancelled/cancelled queued/blocked "
    );
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.states({first, third}), "succeeded/succeeded queued/queued ");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.number("SELECT count(*) FROM concurrency"), 0);
}

TEST(Groups, EveryRunWaitsWhereTheQueueKeepsAll) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci", false, true});
    const auto second = fixture.create_in({"ci", false, true});
    const auto third = fixture.create_in({"ci", false, true});

    fixture.finish(fixture.run_next(), JobState::failed, model::Cause::exit).value();

    EXPECT_EQ(
        fixture.states({first, second, third}), "failed/failed queued/queued queued/blocked "
    );
}

TEST(Groups, ANewerRunEndsTheOneThatGoesOn) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci", true});
    const auto hold = fixture.run_next();
    const auto second = fixture.create_in({"ci", true});

    EXPECT_TRUE(fixture.job(first, "a").cancel_requested_at);
    EXPECT_EQ(fixture.job(first, "a").cancel_reason, "replaced by run 2 in group 'ci'");
    EXPECT_EQ(fixture.states({second}), "queued/blocked ");
    fixture.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(fixture.states({first, second}), "cancelled/cancelled queued/queued ");
}

TEST(Groups, ARunThatHasNotBegunIsReplacedAtOnce) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci", true});
    const auto second = fixture.create_in({"ci", true});

    EXPECT_EQ(fixture.states({first, second}), "cancelled/cancelled queued/queued ");
}

TEST(Groups, AWaitingRunThatIsCancelledLeavesTheQueue) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci", false, true});
    const auto second = fixture.create_in({"ci", false, true});
    const auto third = fixture.create_in({"ci", false, true});

    fixture.cancel(second).value();
    fixture.cancel(first).value();

    EXPECT_EQ(
        fixture.states({first, second, third}),
        "cancelled/cancelled cancelled/cancelled queued/queued "
    );
}

TEST(Groups, AJobWaitsForTheJobOfAnotherRun) {
    Fixture fixture;
    const auto first = fixture.create_job_in("host");
    const auto second = fixture.create_job_in("host");

    EXPECT_EQ(fixture.states({first, second}), "queued/queued waiting/waiting ");
    EXPECT_EQ(fixture.job(second, "a").reason, "waits for run 1 in group 'host'");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(second, "a"), "queued");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.run_state(second), "succeeded");
}

TEST(Groups, AJobLeavesItsGroupWhileItsRunGoesOn) {
    Fixture fixture;
    auto plan = fixture.make_plan({{"a", {}}, {"b", {}}, {"c", {}}});
    plan.runs[0].jobs[0].group = {"host"};
    plan.runs[0].jobs[0].definition.concurrency.emplace().group.text = "host";
    (void)fixture.create_planned(plan);
    const auto second = fixture.create_job_in("host");
    EXPECT_EQ(fixture.job_state(second, "a"), "waiting");

    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(second, "a"), "queued");
}

TEST(Groups, ANewerJobReplacesTheWaitingOneAndMayEndTheRunningOne) {
    Fixture fixture;
    const auto first = fixture.create_job_in("host");
    const auto hold = fixture.run_next();
    const auto second = fixture.create_job_in("host");
    const auto third = fixture.create_job_in("host", "true");

    EXPECT_TRUE(fixture.job(first, "a").cancel_requested_at);
    EXPECT_EQ(fixture.states({second, third}), "cancelled/cancelled waiting/waiting ");
    fixture.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(fixture.job_state(third, "a"), "queued");
}

TEST(Groups, DeploymentsToAnEnvironmentWaitInTheOrderOfTheirRuns) {
    Fixture fixture;
    const auto first = fixture.create_in_environment("production");
    const auto second = fixture.create_in_environment("production");
    const auto third = fixture.create_in_environment("production");

    for (const auto run : {first, second, third}) {
        EXPECT_EQ(fixture.job_state(run, "a"), "queued");
        fixture.finish(fixture.run_next()).value();
        EXPECT_EQ(fixture.run_state(run), "succeeded");
    }
}

TEST(Groups, AJobInTheGroupOfItsOwnRunGoesOn) {
    Fixture fixture;
    auto plan = fixture.make_plan({{"a", {}}});
    plan.runs[0].group = {"ci"};
    plan.runs[0].jobs[0].group = {"ci"};
    plan.runs[0].jobs[0].definition.concurrency.emplace().group.text = "ci";

    EXPECT_EQ(fixture.states({fixture.create_planned(plan)}), "queued/queued ");
}

TEST(Groups, ARunThatBeginsAgainWaitsAgain) {
    Fixture fixture;
    const auto first = fixture.create_in({"ci", false, true});
    fixture.finish(fixture.run_next()).value();
    const auto second = fixture.create_in({"ci", false, true});

    fixture.try_write([&](store::Transaction& tx) { return queue::rerun(tx, first, {}); }).value();

    EXPECT_EQ(fixture.states({second, first}), "queued/queued queued/blocked ");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.states({first}), "queued/queued ");
}

TEST(Groups, TheRunsOwnIdMakesAGroupOfItsOwn) {
    Fixture fixture;
    const auto group = "ci-" + std::string{plan::kRunIdMark};
    const auto first = fixture.create_in({group, true});
    const auto second = fixture.create_in({group, true});

    EXPECT_EQ(fixture.states({first, second}), "queued/queued queued/queued ");
}
