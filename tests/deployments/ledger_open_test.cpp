#include "deployments/ledger_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using model::DeploymentState;
using rollout::EffectKind;
using triphammer::testing::Ledger;

TEST_F(Ledger, OpensOneRowForAJobHoweverOftenItIsAsked) {
    const auto first = open(job);
    const auto second = open(job);

    EXPECT_EQ(first.id, second.id);
    EXPECT_FALSE(second.blocker);
    EXPECT_EQ(row(job).state, DeploymentState::running);
}

TEST_F(Ledger, LetsTheSecondOfATargetWaitAndGoOnAfterwards) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);

    const auto blocked = open(other);
    const auto waiting = row(other);
    finish(speaker, deploy(speaker));
    const auto free = open(other);

    ASSERT_TRUE(blocked.blocker);
    EXPECT_EQ(waiting.phase, model::DeploymentPhase::waiting_lock);
    EXPECT_NE(waiting.reason, "");
    EXPECT_FALSE(free.blocker);
    EXPECT_EQ(row(other).previous, row(job).id);
}

TEST_F(Ledger, TellsTheRunnerWhatServesAndWhatWasDone) {
    const auto other = db.add_job(run, "deploy-again");
    open(job);
    const auto speaker = new_attempt(job);
    finish(speaker, deploy(speaker));
    open(other);
    const auto second = new_attempt(other);
    effect(second, 1, EffectKind::create_candidate, R"({"container": "c2"})");

    const auto id = row(other).id;
    const auto spec = db.read([&](store::Connection& reader) {
        return deployments::make_spec(reader, id).value();
    });
    const auto previous = nlohmann::json::parse(spec.previous_json);
    const auto effects = nlohmann::json::parse(spec.effects_json);

    EXPECT_EQ(previous["digest"], digest);
    EXPECT_EQ(previous["target_ids"]["container"], "c1");
    ASSERT_EQ(effects.size(), 1U);
    EXPECT_EQ(effects[0]["kind"], "create-candidate");
    EXPECT_EQ(effects[0]["state"], "ok");
    EXPECT_EQ(effects[0]["ids"]["container"], "c2");
    EXPECT_EQ(spec.environment, "production");
}
