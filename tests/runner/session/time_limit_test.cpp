#include "runner/session/time_limit.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

using std::chrono::milliseconds;

TEST(TimeLimit, IsSaidInTheLargestUnitThatIsNotZero) {
    EXPECT_EQ(limit_text(milliseconds{300}), "300 ms");
    EXPECT_EQ(limit_text(milliseconds{1500}), "1.5 s");
    EXPECT_EQ(limit_text(milliseconds{30'000}), "30 s");
    EXPECT_EQ(limit_text(milliseconds{60'000}), "1 minute");
    EXPECT_EQ(limit_text(milliseconds{90'000}), "1.5 minutes");
    EXPECT_EQ(limit_text(milliseconds{21'600'000}), "360 minutes");
}

}  // namespace
}  // namespace triphammer::runner
