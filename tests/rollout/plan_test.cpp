#include "rollout/plan.hpp"

#include <gtest/gtest.h>

namespace triphammer::rollout {

namespace {

using model::DeploymentState;

// What a deployment does when every effect goes well, or when `failing` fails.
struct Script {
    Situation now;
    EffectKind failing = EffectKind::before;
    bool fails = false;
    std::optional<EffectKind> failing_too = std::nullopt;
    Check gate = Check::passed;
    Check verify = Check::passed;

    std::vector<std::string> done;
    Move last;
};

void do_effect(Script& script, const Move& move) {
    const bool fails =
        (script.fails && move.effect == script.failing) || move.effect == script.failing_too;
    Effect effect;
    effect.n = move.n;
    effect.kind = move.effect;
    effect.state = fails ? EffectState::failed : EffectState::ok;
    script.now.effects.push_back(effect);
    script.done.emplace_back(name_of(move.effect));
}

Script play(Script script) {
    for (int i = 0; i < 30; ++i) {
        script.last = next_move(script.now);
        switch (script.last.kind) {
            case Move::Kind::effect:
                do_effect(script, script.last);
                break;
            case Move::Kind::gate:
                script.now.gate = script.gate;
                script.done.emplace_back("(gate)");
                break;
            case Move::Kind::verify:
                script.now.verify = script.verify;
                script.done.emplace_back("(verify)");
                break;
            case Move::Kind::soak:
                script.now.soaked = true;
                break;
            case Move::Kind::finish:
                return script;
        }
    }
    return script;
}

Script blue_green_with_previous() {
    Script script;
    script.now.has_previous = true;
    return script;
}

using Steps = std::vector<std::string>;

}  // namespace

TEST(Plan, GoesThroughAFirstDeploymentWithoutAPrevious) {
    Script script;
    script.now.before = BeforeState::needed;

    const auto played = play(script);

    const Steps want{
        "before", "create-candidate", "start-candidate", "(gate)", "switch", "(verify)"};
    EXPECT_EQ(played.done, want);
    EXPECT_EQ(played.last.outcome, DeploymentState::succeeded);
}

TEST(Plan, RetiresThePreviousOnlyAfterTheVerifiedSwitch) {
    const auto played = play(blue_green_with_previous());

    const Steps want{
        "create-candidate", "start-candidate", "(gate)", "switch", "(verify)", "retire-previous"};
    EXPECT_EQ(played.done, want);
}

TEST(Plan, FreesThePortBeforeARecreatedCandidateStarts) {
    auto script = blue_green_with_previous();
    script.now.strategy = Strategy::recreate;

    const auto played = play(script);

    const Steps want{
        "stop-previous",
        "create-candidate",
        "start-candidate",
        "(gate)",
        "(verify)",
        "retire-previous"};
    EXPECT_EQ(played.done, want);
}

TEST(Plan, AFailedGateRetiresTheCandidateAndNeverSwitches) {
    auto script = blue_green_with_previous();
    script.gate = Check::failed;

    const auto played = play(script);

    const Steps want{"create-candidate", "start-candidate", "(gate)", "retire-candidate"};
    EXPECT_EQ(played.done, want);
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
}

TEST(Plan, AFailedVerifyGoesBackToThePrevious) {
    auto script = blue_green_with_previous();
    script.verify = Check::failed;

    const auto played = play(script);

    EXPECT_EQ(played.done.back(), "retire-candidate");
    EXPECT_EQ(played.done[played.done.size() - 2], "switch-back");
    EXPECT_EQ(played.last.outcome, DeploymentState::rolled_back);
}

TEST(Plan, ARecreatedDeploymentFreesThePortBeforeItGoesBack) {
    auto script = blue_green_with_previous();
    script.now.strategy = Strategy::recreate;
    script.gate = Check::failed;

    const auto played = play(script);

    EXPECT_EQ(played.done.back(), "start-previous");
    EXPECT_EQ(played.done[played.done.size() - 2], "retire-candidate");
    EXPECT_EQ(played.last.outcome, DeploymentState::rolled_back);
}

TEST(Plan, AFailedSwitchIsAssertedBack) {
    auto script = blue_green_with_previous();
    script.fails = true;
    script.failing = EffectKind::switch_traffic;

    const auto played = play(script);

    EXPECT_EQ(played.done[played.done.size() - 2], "switch-back");
    EXPECT_EQ(played.last.outcome, DeploymentState::rolled_back);
}

TEST(Plan, AFailedWayBackIsForAPerson) {
    auto script = blue_green_with_previous();
    script.verify = Check::failed;
    script.fails = true;
    script.failing = EffectKind::switch_back;

    EXPECT_EQ(play(script).last.outcome, DeploymentState::unknown);
}

TEST(Plan, AWayBackThatIsRefusedIsNotAskedForAgain) {
    auto script = blue_green_with_previous();
    script.fails = true;
    script.failing = EffectKind::create_candidate;
    script.failing_too = EffectKind::retire_candidate;

    const auto played = play(script);

    EXPECT_EQ(played.done, (Steps{"create-candidate", "retire-candidate"}));
    EXPECT_EQ(played.last.outcome, DeploymentState::unknown);
    EXPECT_NE(played.last.reason.find("retire-candidate failed"), std::string::npos);
}

TEST(Plan, APreviousThatCannotBeRetiredIsNotGreen) {
    auto script = blue_green_with_previous();
    script.fails = true;
    script.failing = EffectKind::retire_previous;

    EXPECT_EQ(play(script).last.outcome, DeploymentState::unknown);
}

TEST(Plan, KeepsWhatFailedAfterTheSwitchWhereTheWorkflowSaysKeep) {
    auto script = blue_green_with_previous();
    script.now.rolls_back = false;
    script.verify = Check::failed;

    const auto played = play(script);

    EXPECT_EQ(played.done.back(), "(verify)");
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
}

TEST(Plan, CancelBeforeTheSwitchRetiresTheCandidate) {
    auto script = blue_green_with_previous();
    script.now.effects = {
        {1, EffectKind::create_candidate, EffectState::ok, {}, ""},
        {2, EffectKind::start_candidate, EffectState::ok, {}, ""}};
    script.now.cancelled = true;

    const auto played = play(script);

    EXPECT_EQ(played.done, Steps{"retire-candidate"});
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
    EXPECT_EQ(played.last.reason, "cancelled");
}

TEST(Plan, ANewAttemptStaysOnTheWayBack) {
    auto script = blue_green_with_previous();
    script.now.effects = {
        {1, EffectKind::create_candidate, EffectState::ok, {}, ""},
        {2, EffectKind::start_candidate, EffectState::ok, {}, ""},
        {3, EffectKind::switch_traffic, EffectState::ok, {}, ""},
        {4, EffectKind::switch_back, EffectState::ok, {}, ""}};

    const auto played = play(script);

    EXPECT_EQ(played.done, Steps{"retire-candidate"});
    EXPECT_EQ(played.last.outcome, DeploymentState::rolled_back);
}

TEST(Plan, ABlockedMigrationDoesNothingAtAll) {
    auto script = blue_green_with_previous();
    script.now.before = BeforeState::blocked;

    const auto played = play(script);

    EXPECT_TRUE(played.done.empty());
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
}

// ── rolling: the target replaces the one by the other itself ─────────────────────────────────

namespace {

Script rolling(bool has_previous) {
    Script script;
    script.now.strategy = Strategy::rolling;
    script.now.has_previous = has_previous;
    return script;
}

}  // namespace

TEST(Plan, ARollingUpdateIsOneEffectWithTheGateBehindIt) {
    auto script = rolling(true);
    script.now.before = BeforeState::needed;

    const auto played = play(script);

    EXPECT_EQ(played.done, (Steps{"before", "update", "(gate)", "(verify)"}));
    EXPECT_EQ(played.last.outcome, DeploymentState::succeeded);
}

TEST(Plan, ARollingUpdateThatGoesWrongIsRestored) {
    auto refused = rolling(true);
    refused.fails = true;
    refused.failing = EffectKind::update;
    auto sick = rolling(true);
    sick.gate = Check::failed;
    auto unverified = rolling(true);
    unverified.verify = Check::failed;

    const auto after_refused = play(refused);
    const auto after_sick = play(sick);
    const auto after_unverified = play(unverified);

    EXPECT_EQ(after_refused.done, (Steps{"update", "restore"}));
    EXPECT_EQ(after_sick.done, (Steps{"update", "(gate)", "restore"}));
    EXPECT_EQ(after_unverified.done, (Steps{"update", "(gate)", "(verify)", "restore"}));
    for (const auto* played : {&after_refused, &after_sick, &after_unverified}) {
        EXPECT_EQ(played->last.outcome, DeploymentState::rolled_back);
    }
}

TEST(Plan, AFirstRollingDeploymentThatGoesWrongIsTakenAway) {
    auto script = rolling(false);
    script.gate = Check::failed;

    const auto played = play(script);

    EXPECT_EQ(played.done, (Steps{"update", "(gate)", "retire-candidate"}));
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
}

TEST(Plan, ARollingUpdateStaysAsItIsWhereTheFileSaysSo) {
    auto script = rolling(true);
    script.now.rolls_back = false;
    script.verify = Check::failed;

    const auto played = play(script);

    EXPECT_EQ(played.done, (Steps{"update", "(gate)", "(verify)"}));
    EXPECT_EQ(played.last.outcome, DeploymentState::failed);
}

TEST(Plan, ARestoreThatFailsIsForAPerson) {
    auto script = rolling(true);
    script.gate = Check::failed;
    script.failing_too = EffectKind::restore;

    const auto played = play(script);

    EXPECT_EQ(played.done, (Steps{"update", "(gate)", "restore"}));
    EXPECT_EQ(played.last.outcome, DeploymentState::unknown);
}

TEST(Plan, AnOpenEffectIsNeverPassedOver) {
    Situation now;
    now.effects = {{1, EffectKind::create_candidate, EffectState::open, {}, ""}};

    EXPECT_EQ(next_move(now).outcome, DeploymentState::unknown);
}

TEST(Plan, RunsTheMigrationOncePerVersion) {
    EXPECT_EQ(judge_before({}), BeforeState::needed);
    EXPECT_EQ(judge_before(EffectState::ok), BeforeState::done_earlier);
    EXPECT_EQ(judge_before(EffectState::open), BeforeState::blocked);
    EXPECT_EQ(judge_before(EffectState::failed), BeforeState::blocked);
}

}  // namespace triphammer::rollout
