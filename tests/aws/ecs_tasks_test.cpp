#include "aws/ecs_tasks.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

using Progress = Judgement::Progress;

namespace {

const LiveWish kWish{"arn:td:2", "app", "sha256:b", 2};

LiveTask task(std::string digest = "sha256:b") {
    LiveTask out;
    out.arn = "arn:task";
    out.definition = "arn:td:2";
    out.status = "RUNNING";
    out.containers.push_back({"app", "r/app@sha256:b", std::move(digest), "HEALTHY"});
    return out;
}

}  // namespace

TEST(LiveTasks, ProveThatThisVeryDigestRuns) {
    EXPECT_EQ(judge_live({task(), task()}, kWish).progress, Progress::done);
    EXPECT_EQ(judge_live({task(""), task("")}, kWish).progress, Progress::done);
}

TEST(LiveTasks, AreTooFewOrOfAnotherDefinition) {
    auto old = task();
    old.definition = "arn:td:1";
    auto pending = task();
    pending.status = "PENDING";

    EXPECT_EQ(judge_live({}, kWish).progress, Progress::going_on);
    EXPECT_EQ(judge_live({task(), pending}, kWish).progress, Progress::going_on);
    const auto mixed = judge_live({task(), task(), old}, kWish);
    EXPECT_EQ(mixed.progress, Progress::going_on);
    EXPECT_EQ(mixed.words, "2 of 2 tasks run it, 1 something else");
}

TEST(LiveTasks, OfAServiceScaledToNothingProveNothing) {
    auto wish = kWish;
    wish.count = 0;
    EXPECT_EQ(judge_live({}, wish).progress, Progress::going_on);
}

TEST(LiveTasks, WithAnotherDigestHaveFailed) {
    EXPECT_EQ(judge_live({task(), task("sha256:c")}, kWish).progress, Progress::failed);
    auto moved = task();
    moved.containers[0].image = "r/app:latest";
    EXPECT_EQ(judge_live({moved}, kWish).progress, Progress::failed);
    auto without = task();
    without.containers[0].name = "other";
    EXPECT_EQ(judge_live({without}, kWish).progress, Progress::failed);
    auto sick = task();
    sick.containers[0].health = "UNHEALTHY";
    EXPECT_EQ(judge_live({sick}, kWish).words, "the task arn:task: app is unhealthy");
}

}  // namespace triphammer::aws
