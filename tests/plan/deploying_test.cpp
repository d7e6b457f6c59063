#include "plan/deploying.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

PlannedJob make_job(const std::string& kind, const std::string& environment = "") {
    PlannedJob job;
    job.definition.key = kind;
    job.definition.kind = kind;
    job.definition.environment.text = environment;
    job.environment = environment;
    job.kind = kind == "deploy" ? model::JobKind::deploy : model::JobKind::steps;
    job.state = model::JobState::queued;
    return job;
}

Plan make_plan_of(const std::string& path, std::vector<PlannedJob> jobs) {
    PlannedRun run;
    run.path = path;
    run.jobs = std::move(jobs);
    Plan plan;
    plan.runs.push_back(std::move(run));
    return plan;
}

const std::string kOurs = ".triphammer/ship.yml";
const std::string kTheirs = ".github/workflows/ship.yml";

model::JobState state_beside(const PlannedJob& ours, const PlannedJob& theirs) {
    auto plan = make_plan_of(kOurs, {make_job("steps"), ours});
    refuse_twice(plan, make_plan_of(kTheirs, {theirs}), "mend it");
    return plan.runs[0].jobs[1].state;
}

}  // namespace

TEST(IsDeploying, ByKindEnvironmentOrAKnownAction) {
    auto named = make_job("steps", "live");
    auto only_named = named;
    only_named.definition.environment_deployment.text = "false";
    auto acting = make_job("steps");
    acting.definition.steps.emplace_back().uses = "AppleBoy/ssh-action@v1";

    EXPECT_TRUE(is_deploying(make_job("deploy").definition));
    EXPECT_TRUE(is_deploying(named.definition));
    EXPECT_TRUE(is_deploying(acting.definition));
    EXPECT_FALSE(is_deploying(only_named.definition));
    EXPECT_FALSE(is_deploying(make_job("steps").definition));
}

TEST(RefuseTwice, EndsADeploymentToTheSameEnvironmentAndSaysWhose) {
    auto plan = make_plan_of(kOurs, {make_job("steps"), make_job("deploy", "Live")});

    refuse_twice(plan, make_plan_of(kTheirs, {make_job("steps", "live")}), "mend it");

    const auto& run = plan.runs[0];
    EXPECT_EQ(run.jobs[0].state, model::JobState::queued);
    EXPECT_EQ(run.jobs[1].state, model::JobState::failed);
    EXPECT_EQ(run.jobs[1].cause, model::Cause::invalid);
    EXPECT_EQ(
        run.jobs[1].reason.text,
        "GitHub deploys Live for the same event, too: job 'steps' of .github/workflows/ship.yml; "
        "mend it"
    );
    EXPECT_EQ(run.state, model::RunState::queued);
}

TEST(RefuseTwice, EndsARunThatHasNothingElse) {
    auto plan = make_plan_of(kOurs, {make_job("deploy", "live")});

    refuse_twice(plan, make_plan_of(kTheirs, {make_job("steps", "live")}), "");

    EXPECT_EQ(plan.runs[0].state, model::RunState::failed);
    EXPECT_EQ(plan.runs[0].cause, model::Cause::invalid);
}

TEST(RefuseTwice, LeavesWhatGithubDoesNotDo) {
    using enum model::JobState;
    auto left_out = make_job("steps", "live");
    left_out.state = skipped;

    EXPECT_EQ(state_beside(make_job("deploy", "live"), make_job("steps", "staging")), queued);
    EXPECT_EQ(state_beside(make_job("deploy", "live"), make_job("steps")), queued);
    EXPECT_EQ(state_beside(make_job("deploy", "live"), left_out), queued);
    EXPECT_EQ(state_beside(make_job("steps"), make_job("steps", "live")), queued);
}

TEST(RefuseTwice, CountsTheFileThatRunsHereToo) {
    auto plan = make_plan_of(kTheirs, {make_job("steps", "live"), make_job("deploy", "live")});
    const auto theirs = plan;

    refuse_twice(plan, theirs, "");

    EXPECT_EQ(plan.runs[0].jobs[0].state, model::JobState::failed);
    auto ours_alone = make_plan_of(kTheirs, {make_job("deploy", "live")});
    refuse_twice(ours_alone, make_plan_of(kTheirs, {make_job("deploy", "live")}), "");
    EXPECT_EQ(ours_alone.runs[0].jobs[0].state, model::JobState::queued);
}

TEST(RefuseTwice, TakesAnEnvironmentThatNobodyKnowsYetForTheSame) {
    auto unknown = make_job("deploy", "${{ needs.a.outputs.where }}");
    unknown.environment.clear();
    unknown.state = model::JobState::blocked;

    EXPECT_EQ(state_beside(unknown, make_job("steps", "live")), model::JobState::failed);
}
