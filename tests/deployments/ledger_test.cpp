#include "deployments/ledger.hpp"

#include "deployments/ledger_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::DeploymentState;
using rollout::EffectKind;
using triphammer::testing::Ledger;

TEST_F(Ledger, BelievesGreenWithProofOnly) {
    open(job);
    const auto speaker = new_attempt(job);
    const auto end = deploy(speaker);

    const auto ending = finish(speaker, end);

    EXPECT_EQ(ending.deployment, DeploymentState::succeeded) << ending.reason;
    EXPECT_EQ(ending.job, model::JobState::succeeded);
    EXPECT_EQ(row(job).state, DeploymentState::succeeded);
    EXPECT_EQ(row(job).digest, digest);
    EXPECT_EQ(row(job).target_ids_json, R"({"container":"c1","switch":"s1"})");
}

TEST_F(Ledger, TurnsGreenWithoutProofIntoUnknownAndKeepsTheLock) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);
    auto end = deploy(speaker);
    end.outputs["digest"] = "sha256:" + std::string(64, 'e');

    const auto ending = finish(speaker, end);
    const auto next = open(other);

    EXPECT_EQ(ending.deployment, DeploymentState::unknown);
    EXPECT_EQ(ending.job, model::JobState::failed);
    EXPECT_EQ(ending.cause, model::Cause::undecided);
    ASSERT_TRUE(next.blocker);
    EXPECT_EQ(next.blocker->id, row(job).id);
}

TEST_F(Ledger, NeedsTheVerifyingProbesForGreen) {
    open(job);
    const auto speaker = new_attempt(job);
    auto end = deploy(speaker);
    end.outputs.erase("verified");

    EXPECT_EQ(finish(speaker, end).deployment, DeploymentState::unknown);
}

TEST_F(Ledger, IsUnknownWhileAnEffectIsOpen) {
    open(job);
    const auto speaker = new_attempt(job);
    announce(speaker, 1, EffectKind::create_candidate);
    protocol::End end;
    end.state = model::JobState::failed;
    end.deployment = DeploymentState::failed;

    EXPECT_EQ(finish(speaker, end).deployment, DeploymentState::unknown);
}

TEST_F(Ledger, AllowsOneOpenEffectAtATime) {
    open(job);
    const auto speaker = new_attempt(job);

    const auto first = announce(speaker, 1, EffectKind::create_candidate);
    const auto second = announce(speaker, 2, EffectKind::start_candidate);
    const auto again = announce(speaker, 1, EffectKind::create_candidate);

    EXPECT_TRUE(first.go);
    EXPECT_FALSE(second.go);
    EXPECT_NE(second.why, "");
    EXPECT_TRUE(again.go);
}

TEST_F(Ledger, KeepsALateResultOfAnOlderFenceAsEvidence) {
    open(job);
    const auto lost = new_attempt(job);
    announce(lost, 1, EffectKind::create_candidate);
    end_attempt(lost, model::Cause::lost_runner);
    const auto heir = new_attempt(job);
    announce(heir, 1, EffectKind::create_candidate);

    const auto late = report(lost, 1, false);
    const auto own = report(heir, 1, true);

    EXPECT_TRUE(late);
    EXPECT_TRUE(own);
    EXPECT_EQ(db.number("SELECT count(*) FROM deployment_evidence"), 1);
    EXPECT_EQ(db.number("SELECT count(*) FROM deployment_effects WHERE state = 'ok'"), 1);
}

TEST_F(Ledger, RefusesAResultThatWasNotAnnounced) {
    open(job);
    const auto speaker = new_attempt(job);

    const auto result = report(speaker, 1, true);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::protocol);
}

TEST_F(Ledger, BeginsTheMigrationOfAVersionOnce) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);
    announce(speaker, 1, EffectKind::before);
    report(speaker, 1, false);
    protocol::End end;
    end.state = model::JobState::failed;
    end.deployment = DeploymentState::failed;
    finish(speaker, end);

    open(other);
    const auto again = new_attempt(other);
    const auto verdict = announce(again, 1, EffectKind::before);
    const auto id = row(other).id;
    const auto spec = db.read([&](store::Connection& reader) {
        return deployments::make_spec(reader, id).value();
    });

    EXPECT_FALSE(verdict.go);
    EXPECT_NE(verdict.why.find("only a person"), std::string::npos) << verdict.why;
    EXPECT_EQ(spec.migrations_json, R"({")" + digest + R"(":"failed"})");
}

TEST_F(Ledger, SaysNoAfterTheEnd) {
    open(job);
    const auto speaker = new_attempt(job);
    finish(speaker, deploy(speaker));

    EXPECT_FALSE(announce(speaker, 4, EffectKind::retire_previous).go);
}
