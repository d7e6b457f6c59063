#include "rollout/recovery.hpp"

#include <gtest/gtest.h>

namespace triphammer::rollout {

namespace {

Loss proven_dead_and_settled() {
    Loss loss;
    loss.is_runner_dead = true;
    loss.is_settled = true;
    return loss;
}

}  // namespace

TEST(Recovery, WritesDownWhatWasDone) {
    EXPECT_EQ(recover_open({}, Observation::done), Recovery::record);
}

TEST(Recovery, RepeatsOnlyWhatCannotBeginAnyMore) {
    auto loss = proven_dead_and_settled();
    EXPECT_EQ(recover_open(loss, Observation::not_begun), Recovery::repeat);

    loss.is_settled = false;
    EXPECT_EQ(recover_open(loss, Observation::not_begun), Recovery::wait);

    loss.is_settled = true;
    loss.is_runner_dead = false;
    EXPECT_EQ(recover_open(loss, Observation::not_begun), Recovery::wait);
}

TEST(Recovery, TakesSilenceForNeitherDeathNorSuccess) {
    auto loss = proven_dead_and_settled();
    EXPECT_EQ(recover_open(loss, Observation::silent), Recovery::wait);

    loss.is_patience_over = true;
    EXPECT_EQ(recover_open(loss, Observation::silent), Recovery::unknown);
    EXPECT_EQ(recover_open(loss, Observation::in_flight), Recovery::unknown);
}

TEST(Recovery, StrangersWorkIsForAPerson) {
    EXPECT_EQ(recover_open(proven_dead_and_settled(), Observation::foreign), Recovery::unknown);
    EXPECT_EQ(recover_closed({}, Observation::foreign), Recovery::unknown);
}

TEST(Recovery, ASecondLossIsForAPersonWhateverIsSeen) {
    auto loss = proven_dead_and_settled();
    loss.losses = 2;

    EXPECT_EQ(recover_open(loss, Observation::done), Recovery::unknown);
    EXPECT_EQ(recover_closed(loss, Observation::done), Recovery::unknown);
}

TEST(Recovery, AMigrationIsNeverRepeated) {
    auto loss = proven_dead_and_settled();
    loss.is_observable = is_observable(EffectKind::before);

    EXPECT_EQ(recover_open(loss, Observation::not_begun), Recovery::unknown);
}

TEST(Recovery, GoesOnWhenTheTargetEqualsTheLedger) {
    EXPECT_EQ(recover_closed({}, Observation::done), Recovery::proceed);
    EXPECT_EQ(recover_closed({}, Observation::not_begun), Recovery::unknown);
}

TEST(Recovery, TriesTheWayBackAgainWithLongerRestsAndGivesUp) {
    Milliseconds rested{0};
    int tries = 1;
    while (const auto rest = rest_before_retry(EffectKind::switch_back, Failure::silent, tries)) {
        rested += *rest;
        ++tries;
    }

    EXPECT_EQ(tries, 6);
    EXPECT_EQ(rested, Milliseconds{31'000});
}

TEST(Recovery, TriesNothingAgainThatWasRefusedOrHasAWayBack) {
    EXPECT_FALSE(rest_before_retry(EffectKind::retire_candidate, Failure::refused, 1));
    EXPECT_FALSE(rest_before_retry(EffectKind::create_candidate, Failure::silent, 1));
    EXPECT_FALSE(rest_before_retry(EffectKind::before, Failure::silent, 1));
}

}  // namespace triphammer::rollout
