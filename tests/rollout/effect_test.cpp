#include "rollout/effect.hpp"

#include <gtest/gtest.h>

namespace triphammer::rollout {

TEST(Effect, NamesGoBothWays) {
    for (int i = 0; i <= static_cast<int>(EffectKind::restore); ++i) {
        const auto kind = static_cast<EffectKind>(i);
        EXPECT_EQ(parse_effect_kind(name_of(kind)), kind);
    }
    EXPECT_FALSE(parse_effect_kind("explode"));
}

TEST(Effect, EveryEffectHasAKeyOfItsOwn) {
    EXPECT_EQ(make_idem({1}, 2), make_idem({1}, 2));
    EXPECT_NE(make_idem({1}, 2), make_idem({2}, 1));
    EXPECT_NE(make_idem({1}, 11), make_idem({11}, 1));
}

}  // namespace triphammer::rollout
