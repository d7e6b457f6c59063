#include "rollout/ledger.hpp"

#include <gtest/gtest.h>

namespace triphammer::rollout {

namespace {

constexpr model::DeploymentId kDeployment{7};

Effect create(std::int64_t n, EffectState state, std::int64_t fence) {
    return {n, EffectKind::create_candidate, state, {fence}, make_idem(kDeployment, n)};
}

}  // namespace

TEST(Ledger, OpensTheNextEffectWhenNoneIsOpen) {
    const Effects rows{create(1, EffectState::ok, 3)};

    const auto judged = judge_intent(kDeployment, rows, create(2, EffectState::open, 3));

    EXPECT_EQ(judged.kind, IntentJudgement::Kind::open);
}

TEST(Ledger, RefusesASecondOpenEffect) {
    const Effects rows{create(1, EffectState::open, 3)};

    EXPECT_FALSE(judge_intent(kDeployment, rows, create(2, EffectState::open, 3)).is_go());
}

TEST(Ledger, RefusesToRepeatWhatIsClosed) {
    const Effects rows{create(1, EffectState::ok, 3)};

    EXPECT_FALSE(judge_intent(kDeployment, rows, create(1, EffectState::open, 4)).is_go());
}

TEST(Ledger, GivesAnOpenEffectToTheNextAttempt) {
    const Effects rows{create(1, EffectState::open, 3)};

    EXPECT_EQ(
        judge_intent(kDeployment, rows, create(1, EffectState::open, 4)).kind,
        IntentJudgement::Kind::reopen
    );
    EXPECT_EQ(
        judge_intent(kDeployment, rows, create(1, EffectState::open, 3)).kind,
        IntentJudgement::Kind::go
    );
    EXPECT_FALSE(judge_intent(kDeployment, rows, create(1, EffectState::open, 2)).is_go());
}

TEST(Ledger, RefusesAnotherKeyAndAnotherKind) {
    auto wanted = create(1, EffectState::open, 3);
    wanted.idem = make_idem({8}, 1);
    EXPECT_FALSE(judge_intent(kDeployment, {}, wanted).is_go());

    auto other = create(1, EffectState::open, 4);
    other.kind = EffectKind::switch_traffic;
    EXPECT_FALSE(judge_intent(kDeployment, {create(1, EffectState::open, 3)}, other).is_go());
}

TEST(Ledger, NumbersHaveNoGaps) {
    EXPECT_FALSE(judge_intent(kDeployment, {}, create(2, EffectState::open, 3)).is_go());
}

TEST(Ledger, KeepsALateResultAsEvidenceOnly) {
    const Effects rows{create(1, EffectState::open, 4)};

    EXPECT_EQ(judge_result(rows, 1, {3}, true), ResultJudgement::evidence);
    EXPECT_EQ(judge_result(rows, 1, {4}, true), ResultJudgement::close);
    EXPECT_EQ(judge_result(rows, 2, {4}, true), ResultJudgement::wrong);
}

TEST(Ledger, TakesTheSameResultTwiceButNoOther) {
    const Effects rows{create(1, EffectState::ok, 4)};

    EXPECT_EQ(judge_result(rows, 1, {4}, true), ResultJudgement::repeated);
    EXPECT_EQ(judge_result(rows, 1, {4}, false), ResultJudgement::wrong);
}

}  // namespace triphammer::rollout
