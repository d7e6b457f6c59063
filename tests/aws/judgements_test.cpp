// What service deployments, load balancers and App Runner prove.
#include "aws/apprunner.hpp"
#include "aws/elb.hpp"
#include "aws/service_deployment.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

using Progress = Judgement::Progress;

namespace {

Progress judged(const char* status) {
    Change change;
    change.status = status;
    return judge_change(change).progress;
}

Progress judged_operation(const char* status) {
    return judge_operation({{"other", "SUCCEEDED"}, {"ours", status}}, "ours").progress;
}

TargetStates states(std::int64_t healthy, std::int64_t going, std::int64_t others) {
    return {healthy, going, others, ""};
}

}  // namespace

TEST(ChangeJudgement, IsDoneOnlyAsSuccessful) {
    EXPECT_EQ(judged("SUCCESSFUL"), Progress::done);
    for (const auto* status : {"PENDING", "IN_PROGRESS"})
        EXPECT_EQ(judged(status), Progress::going_on) << status;
    for (const auto* status :
         {"STOPPED",
          "STOP_REQUESTED",
          "ROLLBACK_REQUESTED",
          "ROLLBACK_IN_PROGRESS",
          "ROLLBACK_SUCCESSFUL",
          "ROLLBACK_FAILED",
          "",
          "SOMETHING_NEW"}) {
        EXPECT_EQ(judged(status), Progress::failed) << status;
    }
}

TEST(ChangeJudgement, SaysWhereItIsAndWhyItEnded) {
    Change change;
    change.arn = "arn";
    change.status = "IN_PROGRESS";
    change.stage = "BAKE_TIME";
    EXPECT_EQ(judge_change(change).words, "IN_PROGRESS (BAKE_TIME)");
    change.status = "ROLLBACK_SUCCESSFUL";
    change.reason = "an alarm";
    EXPECT_EQ(
        judge_change(change).words, "the service deployment is ROLLBACK_SUCCESSFUL: an alarm"
    );
}

TEST(TargetJudgement, WantsEnoughHealthyTargetsAndNoSickOne) {
    EXPECT_EQ(judge_targets(states(2, 1, 0), 2).progress, Progress::done);
    EXPECT_EQ(judge_targets(states(1, 0, 0), 2).progress, Progress::going_on);
    EXPECT_EQ(judge_targets(states(2, 0, 1), 2).progress, Progress::going_on);
    EXPECT_EQ(judge_targets(states(0, 0, 0), 0).progress, Progress::going_on);
}

TEST(OperationJudgement, IsDoneOnlyAsSucceeded) {
    EXPECT_EQ(judged_operation("SUCCEEDED"), Progress::done);
    for (const auto* status : {"PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})
        EXPECT_EQ(judged_operation(status), Progress::going_on) << status;
    for (const auto* status : {"FAILED", "ROLLBACK_SUCCEEDED", "ROLLBACK_FAILED", ""})
        EXPECT_EQ(judged_operation(status), Progress::failed) << status;
    EXPECT_EQ(judge_operation({{"other", "SUCCEEDED"}}, "ours").progress, Progress::failed);
}

}  // namespace triphammer::aws
