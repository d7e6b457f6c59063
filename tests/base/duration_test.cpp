#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace triphammer {
namespace {

using std::chrono::milliseconds;

TEST(Durations, AreNumbersWithAUnit) {
    EXPECT_EQ(parse_duration("500ms"), milliseconds{500});
    EXPECT_EQ(parse_duration("10s"), milliseconds{10'000});
    EXPECT_EQ(parse_duration("2m"), milliseconds{120'000});
    EXPECT_EQ(parse_duration("24h"), milliseconds{86'400'000});
    for (const char* bad : {"", "10", "s", "-1s", "1.5s", "25h", "9999999999999999999s"}) {
        EXPECT_FALSE(parse_duration(bad)) << bad;
    }
}

}  // namespace
}  // namespace triphammer
