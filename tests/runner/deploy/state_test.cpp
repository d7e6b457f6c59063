#include "runner/deploy/state.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;
using rollout::BeforeState;

TEST(DeployState, ReadsTheRecordedEffects) {
    const auto effects =
        read_effects(R"([{"n":1,"kind":"create-candidate","state":"ok","fence":5,"idem":"k"},)"
                     R"({"n":2,"kind":"switch","state":"open","fence":6,"idem":"l","ids":{}}])")
            .value();

    ASSERT_EQ(effects.size(), 2U);
    EXPECT_EQ(effects[0].kind, rollout::EffectKind::create_candidate);
    EXPECT_EQ(effects[0].state, rollout::EffectState::ok);
    EXPECT_EQ(effects[1].state, rollout::EffectState::open);
    EXPECT_EQ(effects[1].fence, model::Fence{6});
    EXPECT_FALSE(read_effects("not json"));
    EXPECT_FALSE(read_effects(R"([{"n":1,"kind":"dance"}])"));
}

TEST(DeployState, KnowsWhichVersionsWereMigrated) {
    const std::string rows = R"({"sha256:a":"ok","sha256:b":"failed","sha256:c":"open"})";

    EXPECT_EQ(read_before(rows, "sha256:x", false), BeforeState::none);
    EXPECT_EQ(read_before(rows, "sha256:x", true), BeforeState::needed);
    EXPECT_EQ(read_before(rows, "sha256:a", true), BeforeState::done_earlier);
    EXPECT_EQ(read_before(rows, "sha256:b", true), BeforeState::blocked);
    EXPECT_EQ(read_before(rows, "sha256:c", true), BeforeState::blocked);
}
