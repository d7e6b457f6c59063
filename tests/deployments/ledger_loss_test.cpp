#include "deployments/ledger_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using deployments::AfterLoss;
using model::DeploymentState;
using rollout::EffectKind;
using triphammer::testing::Ledger;

namespace {

AfterLoss lose(Ledger& test, const deployments::Speaker& speaker, bool may_retry = true) {
    const auto after = test.db.write([&](store::Transaction& tx) {
        return deployments::lose_runner(tx, speaker, may_retry, "the runner was killed");
    });
    test.end_attempt(speaker, model::Cause::lost_runner);
    return after;
}

Result<bool> settle(Ledger& test, DeploymentState state, const char* comment) {
    const auto id = test.row(test.job).id;
    return test.db.try_write([&](store::Transaction& tx) -> Result<bool> {
        auto settled = deployments::settle_deployment(tx, id, state, comment, "mona");
        if (!settled) return settled.error();
        return true;
    });
}

}  // namespace

TEST_F(Ledger, GivesADeploymentOneNewAttemptAfterALoss) {
    open(job);
    const auto first = new_attempt(job);
    effect(first, 1, EffectKind::create_candidate);

    const auto after_first = lose(*this, first);
    const auto state_between = row(job).state;
    const auto after_second = lose(*this, new_attempt(job));

    EXPECT_EQ(after_first, AfterLoss::retry);
    EXPECT_EQ(state_between, DeploymentState::running);
    EXPECT_EQ(after_second, AfterLoss::unknown);
    EXPECT_EQ(row(job).state, DeploymentState::unknown);
}

TEST_F(Ledger, CountsTheLossOfTheAttemptThatOpenedIt) {
    const auto first = new_attempt(job);
    db.clock.advance(Milliseconds{1'000});  // from the claim to the runner's attach
    const auto id = open(job).id;
    lose(*this, first);

    const auto spec =
        db.read([&](store::Connection& reader) { return *deployments::make_spec(reader, id); });

    EXPECT_EQ(spec.losses, 1);
}

TEST_F(Ledger, NeverRepeatsAMigrationThatMayHaveRun) {
    open(job);
    const auto speaker = new_attempt(job);
    announce(speaker, 1, EffectKind::before);

    EXPECT_EQ(lose(*this, speaker), AfterLoss::unknown);
}

TEST_F(Ledger, ClosesWhatNeverBeganWhenItMayNotBeRetried) {
    open(job);

    EXPECT_EQ(lose(*this, new_attempt(job), false), AfterLoss::failed);
    EXPECT_EQ(row(job).state, DeploymentState::failed);
}

TEST_F(Ledger, IsSettledByAPersonWithAComment) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);
    announce(speaker, 1, EffectKind::before);
    lose(*this, speaker);

    const auto without_comment = settle(*this, DeploymentState::failed, "  ");
    const auto as_running = settle(*this, DeploymentState::running, "still at it");
    const auto settled = settle(*this, DeploymentState::failed, "looked at the host");
    const auto again = settle(*this, DeploymentState::succeeded, "changed my mind");

    EXPECT_EQ(without_comment.error().code, Code::invalid);
    EXPECT_EQ(as_running.error().code, Code::invalid);
    EXPECT_TRUE(settled);
    EXPECT_EQ(again.error().code, Code::conflict);
    EXPECT_FALSE(open(other).blocker);
}

TEST_F(Ledger, SettlingGivesTheLockToWhoWaits) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);
    announce(speaker, 1, EffectKind::before);
    lose(*this, speaker);
    open(other);
    db.write([&](store::Transaction& tx) {
        return store::move_job(
            tx, {.job = other, .from = model::JobState::queued, .to = model::JobState::waiting}
        );
    });

    ASSERT_TRUE(settle(*this, DeploymentState::failed, "looked at the host"));

    EXPECT_EQ(row(other).state, DeploymentState::running);
    EXPECT_EQ(
        db.read([&](store::Connection& reader) { return store::find_job(reader, other)->state; }),
        model::JobState::queued
    );
}
