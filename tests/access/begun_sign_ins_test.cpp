#include "access/begun_sign_ins.hpp"

#include "support/clock.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct BegunSignInsTest : ::testing::Test {
    ManualClock clock;
    SeededRandom random{1};
    BegunSignIns begun{clock};

    BegunSignIns::Begun begin(std::string linker = {}) {
        return begun.begin(random, std::move(linker)).value();
    }

    bool takes(const Secret& cookie, const Secret& state) {
        return begun.take(cookie.reveal(), state.reveal()).has_value();
    }
};

TEST_F(BegunSignInsTest, GivesTheVerifierToItsOwnCookieAndStateOnce) {
    const auto one = begin("user:3");
    const auto taken = begun.take(one.cookie.reveal(), one.state.reveal());

    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->verifier, one.verifier);
    EXPECT_EQ(taken->linker, "user:3");
    EXPECT_FALSE(takes(one.cookie, one.state)) << "it is spent";
    EXPECT_EQ(one.state.reveal().size(), 64U);
}

TEST_F(BegunSignInsTest, AnothersStateIsRefusedAndSpendsTheOwnOne) {
    const auto one = begin();
    const auto other = begin();

    EXPECT_FALSE(takes(one.cookie, other.state));
    EXPECT_FALSE(takes(one.cookie, one.state));
    EXPECT_TRUE(takes(other.cookie, other.state)) << "nobody else's is spent";
}

TEST_F(BegunSignInsTest, EndsAfterTenMinutesAndLeavesNothing) {
    const auto one = begin();
    clock.advance(kSignInLife);

    EXPECT_FALSE(takes(one.cookie, one.state));
    const auto late = begin();
    clock.advance(kSignInLife - std::chrono::seconds{1});
    EXPECT_TRUE(takes(late.cookie, late.state));
    EXPECT_EQ(begun.size(), 0U);
}

TEST_F(BegunSignInsTest, HoldsTenThousandAndNoMore) {
    for (std::size_t i = 0; i < kMostSignIns; ++i) begin();

    EXPECT_EQ(begun.begin(random, "").error().code, Code::unavailable);
    clock.advance(kSignInLife);
    EXPECT_TRUE(begun.begin(random, ""));
}

}  // namespace
