#include "aws/ecs.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

using nlohmann::json;
using Progress = Judgement::Progress;

namespace {

const Rollout kOurs{"ecs-svc/2", "arn:td:2"};

json deployment(const char* id, const char* definition, const char* state, int running = 2) {
    json out{{"id", id}, {"taskDefinition", definition}, {"status", "PRIMARY"}};
    out["desiredCount"] = 2;
    out["runningCount"] = running;
    if (*state != '\0') out["rolloutState"] = state;
    return out;
}

json service(std::vector<json> deployments) {
    json out{{"status", "ACTIVE"}};
    out["deployments"] = deployments;
    return out;
}

json task(const char* status, json container) {
    json out{{"lastStatus", status}, {"stoppedReason", "Essential container in task exited"}};
    out["containers"] = json::array({container});
    return out;
}

json tasks(std::vector<json> all) {
    json out = json::object();
    out["tasks"] = all;
    return out;
}

}  // namespace

TEST(ServiceJudgement, IsDoneWhenOurRolloutIsCompleteAndRuns) {
    const auto done = judge(service({deployment("ecs-svc/2", "arn:td:2", "COMPLETED")}), kOurs);
    EXPECT_EQ(done.progress, Progress::done);
    EXPECT_EQ(done.words, "2 of 2 tasks run (COMPLETED)");
}

TEST(ServiceJudgement, GoesOnWhileTasksAreMissingOrEcsIsNotDone) {
    for (const auto& one :
         {deployment("ecs-svc/2", "arn:td:2", "IN_PROGRESS"),
          deployment("ecs-svc/2", "arn:td:2", "COMPLETED", 1)}) {
        EXPECT_EQ(judge(service({one}), kOurs).progress, Progress::going_on);
    }
}

TEST(ServiceJudgement, TakesTheOnlyDeploymentWhereEcsSaysNoState) {
    auto old = deployment("ecs-svc/1", "arn:td:1", "");
    old["status"] = "ACTIVE";
    const auto ours = deployment("ecs-svc/2", "arn:td:2", "");

    EXPECT_EQ(judge(service({ours, old}), kOurs).progress, Progress::going_on);
    EXPECT_EQ(judge(service({ours}), kOurs).progress, Progress::done);
}

/// What the usual waiter takes for a success: one deployment, and all its tasks run.
TEST(ServiceJudgement, FailsAfterARollbackBehindOurBack) {
    const auto back = judge(service({deployment("ecs-svc/3", "arn:td:1", "COMPLETED")}), kOurs);
    EXPECT_EQ(back.progress, Progress::failed);
    EXPECT_NE(back.words.find("arn:td:1 in its place"), std::string::npos);

    auto ours = deployment("ecs-svc/2", "arn:td:2", "FAILED");
    ours["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start.";
    EXPECT_NE(judge(service({ours}), kOurs).words.find("circuit breaker"), std::string::npos);

    auto overtaken = deployment("ecs-svc/2", "arn:td:2", "COMPLETED");
    overtaken["status"] = "ACTIVE";
    const auto newer = deployment("ecs-svc/4", "arn:td:4", "IN_PROGRESS");
    EXPECT_EQ(judge(service({newer, overtaken}), kOurs).progress, Progress::failed);
}

TEST(ServiceJudgement, FailsForAServiceThatIsGone) {
    auto drained = service({deployment("ecs-svc/2", "arn:td:2", "COMPLETED")});
    drained["status"] = "INACTIVE";
    EXPECT_EQ(judge(drained, kOurs).progress, Progress::failed);
    EXPECT_EQ(judge(json(nullptr), kOurs).progress, Progress::failed);
}

TEST(TaskJudgement, IsDoneOnlyWhenEachContainerEndedWithNought) {
    const json fine{{"name", "app"}, {"exitCode", 0}};
    const json bad{{"name", "app"}, {"exitCode", 3}};
    const json silent{{"name", "app"}, {"reason", "CannotPullContainerError"}};

    EXPECT_EQ(judge_tasks(tasks({task("STOPPED", fine)}), 1).progress, Progress::done);
    EXPECT_EQ(judge_tasks(tasks({task("RUNNING", fine)}), 1).progress, Progress::going_on);
    EXPECT_NE(
        judge_tasks(tasks({task("STOPPED", bad)}), 1).words.find("app: exit status 3"),
        std::string::npos
    );
    EXPECT_NE(
        judge_tasks(tasks({task("STOPPED", silent)}), 1)
            .words.find("app: no exit status, CannotPullContainerError"),
        std::string::npos
    );
    EXPECT_EQ(judge_tasks(tasks({}), 1).progress, Progress::failed);
}

}  // namespace triphammer::aws
