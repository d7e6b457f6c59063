#include "queue/groups.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct GroupsFixture : QueueFixture {
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
        job.groups = {{group, cancels == "true", false}};
        return create_planned(plan);
    }

    model::RunId create_in_environment(const std::string& environment) {
        auto plan = make_plan({{"a", {}}});
        auto& job = plan.runs[0].jobs[0];
        job.definition.environment.text = job.environment = environment;
        job.groups = {{environment, false, true}};
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
    GroupsFixture fixture;
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
    GroupsFixture fixture;
    const auto first = fixture.create_in({"ci", false, true});
    const auto second = fixture.create_in({"ci", false, true});
    const auto third = fixture.create_in({"ci", false, true});

    fixture.finish(fixture.run_next(), JobState::failed, model::Cause::exit).value();

    EXPECT_EQ(
        fixture.states({first, second, third}), "failed/failed queued/queued queued/blocked "
    );
}

TEST(Groups, ANewerRunEndsTheOneThatGoesOn) {
    GroupsFixture fixture;
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
    GroupsFixture fixture;
    const auto first = fixture.create_in({"ci", true});
    const auto second = fixture.create_in({"ci", true});

    EXPECT_EQ(fixture.states({first, second}), "cancelled/cancelled queued/queued ");
}

TEST(Groups, AWaitingRunThatIsCancelledLeavesTheQueue) {
    GroupsFixture fixture;
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
    GroupsFixture fixture;
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
    GroupsFixture fixture;
    auto plan = fixture.make_plan({{"a", {}}, {"b", {}}, {"c", {}}});
    plan.runs[0].jobs[0].groups = {{"host"}};
    plan.runs[0].jobs[0].definition.concurrency.emplace().group.text = "host";
    (void)fixture.create_planned(plan);
    const auto second = fixture.create_job_in("host");
    EXPECT_EQ(fixture.job_state(second, "a"), "waiting");

    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(second, "a"), "queued");
}

TEST(Groups, ANewerJobReplacesTheWaitingOneAndMayEndTheRunningOne) {
    GroupsFixture fixture;
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
    GroupsFixture fixture;
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
    GroupsFixture fixture;
    auto plan = fixture.make_plan({{"a", {}}});
    plan.runs[0].group = {"ci"};
    plan.runs[0].jobs[0].groups = {{"ci"}};
    plan.runs[0].jobs[0].definition.concurrency.emplace().group.text = "ci";

    EXPECT_EQ(fixture.states({fixture.create_planned(plan)}), "queued/queued ");
}

TEST(Groups, ARunThatBeginsAgainWaitsAgain) {
    GroupsFixture fixture;
    const auto first = fixture.create_in({"ci", false, true});
    fixture.finish(fixture.run_next()).value();
    const auto second = fixture.create_in({"ci", false, true});

    fixture.try_write([&](store::Transaction& tx) { return queue::rerun(tx, first, {}); }).value();

    EXPECT_EQ(fixture.states({second, first}), "queued/queued queued/blocked ");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.states({first}), "queued/queued ");
}

TEST(Groups, TheRunsOwnIdMakesAGroupOfItsOwn) {
    GroupsFixture fixture;
    const auto group = "ci-" + std::string{plan::kRunIdMark};
    const auto first = fixture.create_in({group, true});
    const auto second = fixture.create_in({group, true});

    EXPECT_EQ(fixture.states({first, second}), "queued/queued queued/queued ");
}

// control-workflow-concurrency: up to 100 can be pending with `queue: max`
TEST(Groups, AQueueThatIsFullTakesNobodyMore) {
    GroupsFixture fixture;
    const plan::Group group{"ci", false, true, 2};
    const auto first = fixture.create_in(group);
    const auto second = fixture.create_in(group);
    const auto third = fixture.create_in(group);
    const auto fourth = fixture.create_in(group);

    EXPECT_EQ(
        fixture.states({first, second, third, fourth}),
        "queued/queued queued/blocked queued/blocked cancelled/cancelled "
    );
    EXPECT_EQ(fixture.number("SELECT count(*) FROM concurrency"), 3);
}

namespace {

/// build → deploy, which is in an environment; "build" is claimed and ended by hand.
struct Deployments : GroupsFixture {
    model::RunId create_deploying(const std::string& path = ".triphammer/ci.yml") {
        auto plan = make_plan({{"build", {}}, {"deploy", {"build"}}});
        plan.runs[0].path = path;
        auto& job = plan.runs[0].jobs[1];
        job.definition.environment.text = job.environment = "production";
        return create_planned(plan);
    }

    std::string deploy_states(const std::vector<model::RunId>& runs) {
        std::string out;
        for (const auto run : runs) out += job_state(run, "deploy") + " ";
        return out;
    }
};

}  // namespace

// Ours: an environment sees the commits in their order, and none is left out
TEST(Groups, ADeploymentWaitsForThatOfAnOlderRunThatIsStillBuilding) {
    Deployments world;
    const auto first = world.create_deploying();
    const auto second = world.create_deploying();
    const auto slow = world.run_next();
    const auto fast = world.run_next();

    world.finish(fast).value();

    EXPECT_EQ(world.deploy_states({first, second}), "blocked waiting ");
    EXPECT_EQ(world.job(second, "deploy").reason, "waits for run 1 in group 'production'");
    world.finish(slow).value();
    EXPECT_EQ(world.deploy_states({first, second}), "queued waiting ");
    world.finish(world.run_next()).value();
    EXPECT_EQ(world.deploy_states({first, second}), "succeeded queued ");
    world.finish(world.run_next()).value();
    EXPECT_EQ(world.number("SELECT count(*) FROM concurrency"), 0);
}

TEST(Groups, ADeploymentThatWillNotComeHoldsNobodyUp) {
    Deployments world;
    const auto first = world.create_deploying();
    const auto second = world.create_deploying();
    const auto slow = world.run_next();
    world.finish(world.run_next()).value();

    world.finish(slow, JobState::failed, model::Cause::exit).value();

    EXPECT_EQ(world.deploy_states({first, second}), "skipped queued ");
}

TEST(Groups, ADeploymentOfAnotherWorkflowDoesNotWaitForWhatHasNotCome) {
    Deployments world;
    const auto first = world.create_deploying();
    const auto second = world.create_deploying(".triphammer/other.yml");
    (void)world.run_next();
    world.finish(world.run_next()).value();

    EXPECT_EQ(world.deploy_states({first, second}), "blocked queued ");
}

namespace {

/// "call", which is in a group, with the job "call / build".
struct GroupedCalls : GroupsFixture {
    model::RunId create_calling(const plan::Group& group) {
        auto plan = make_plan({{"call", {}}, {"build", {}}});
        auto& call = plan.runs[0].jobs[0];
        call.definition.kind = "call";
        call.definition.concurrency.emplace().group.text = group.name;
        if (group.cancels) call.definition.concurrency->cancel_in_progress.text = "true";
        call.state = JobState::waiting;
        call.groups = {group};
        call.contexts_json = R"({"inputs":{}})";
        auto& build = plan.runs[0].jobs[1];
        build.key = build.node = "call / build";
        build.parent = "call";
        return create_planned(plan);
    }

    std::string call_states(const std::vector<model::RunId>& runs) {
        std::string out;
        for (const auto run : runs) {
            out += job_state(run, "call") + "/" + job_state(run, "call / build") + " ";
        }
        return out;
    }
};

}  // namespace

TEST(Groups, ACallThatWaitsKeepsItsJobsBack) {
    GroupedCalls world;
    const auto first = world.create_calling({"lib"});
    const auto second = world.create_calling({"lib"});

    EXPECT_EQ(world.call_states({first, second}), "waiting/queued waiting/blocked ");
    EXPECT_EQ(world.job(second, "call").reason, "waits for run 1 in group 'lib'");
    world.finish(world.run_next()).value();
    EXPECT_EQ(world.call_states({first, second}), "succeeded/succeeded waiting/queued ");
    world.finish(world.run_next()).value();
    EXPECT_EQ(world.run_state(second), "succeeded");
    EXPECT_EQ(world.number("SELECT count(*) FROM concurrency"), 0);
}

TEST(Groups, ACallThatIsReplacedKeepsItsGroupUntilItsJobsHaveEnded) {
    GroupedCalls world;
    const auto first = world.create_calling({"lib", true});
    const auto hold = world.run_next();
    const auto second = world.create_calling({"lib", true});

    EXPECT_TRUE(world.job(first, "call / build").cancel_requested_at);
    EXPECT_EQ(world.call_states({first, second}), "waiting/running waiting/blocked ");
    world.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(world.call_states({first, second}), "cancelled/cancelled waiting/queued ");
}

TEST(Groups, ACallThatWaitsCanBeCancelled) {
    GroupedCalls world;
    const auto first = world.create_calling({"lib"});
    const auto second = world.create_calling({"lib"});

    world.cancel(second).value();

    EXPECT_EQ(world.call_states({first, second}), "waiting/queued cancelled/cancelled ");
    EXPECT_EQ(world.run_state(second), "cancelled");
}

TEST(Groups, AJobOfACalledWorkflowGoesOnInTheGroupOfItsCaller) {
    GroupedCalls world;
    auto plan = world.make_plan({{"call", {}}, {"build", {}}});
    auto& call = plan.runs[0].jobs[0];
    call.definition.kind = "call";
    call.definition.concurrency.emplace().group.text = "lib";
    call.state = JobState::waiting;
    call.groups = {{"lib"}};
    auto& build = plan.runs[0].jobs[1];
    build.key = build.node = "call / build";
    build.parent = "call";
    build.definition.concurrency.emplace().group.text = "lib";
    build.groups = {{"lib"}};

    EXPECT_EQ(world.call_states({world.create_planned(plan)}), "waiting/queued ");
}
