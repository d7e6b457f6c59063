#include "rollout/proof.hpp"

#include <gtest/gtest.h>

namespace triphammer::rollout {

namespace {

Evidence whole() {
    Evidence evidence;
    evidence.effects = {{1, EffectKind::create_candidate, EffectState::ok, {}, ""}};
    evidence.our_object = evidence.live_object = "c0ffee";
    evidence.ledger_digest = evidence.live_digest = "sha256:1";
    evidence.is_verified = true;
    return evidence;
}

}  // namespace

TEST(Proof, IsWholeWhenAllFourAreThere) {
    EXPECT_TRUE(list_missing_proofs(whole()).empty());
}

TEST(Proof, MissesAnythingThatIsNotThere) {
    auto evidence = whole();
    evidence.effects[0].state = EffectState::open;
    EXPECT_EQ(list_missing_proofs(evidence).size(), 1U);

    evidence = whole();
    evidence.live_object = "somebody else's";
    EXPECT_EQ(list_missing_proofs(evidence).size(), 1U);

    evidence = whole();
    evidence.live_digest = "sha256:2";
    EXPECT_EQ(list_missing_proofs(evidence).size(), 1U);

    evidence = whole();
    evidence.is_verified = false;
    EXPECT_EQ(list_missing_proofs(evidence).size(), 1U);

    EXPECT_EQ(list_missing_proofs({}).size(), 4U);
}

}  // namespace triphammer::rollout
