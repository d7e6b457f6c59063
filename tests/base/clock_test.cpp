#include "base/clock.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

TEST(Clock, WritesAndReadsRfc3339) {
    EXPECT_EQ(to_rfc3339(from_unix_ms(1'700'000'000'123)), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(to_unix_ms(*parse_rfc3339("2023-11-14T22:13:20.123Z")), 1'700'000'000'123);
    EXPECT_EQ(to_unix_ms(*parse_rfc3339("2023-11-15T00:13:20+02:00")), 1'700'000'000'000);
    EXPECT_EQ(to_rfc3339(from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, RefusesOtherTexts) {
    EXPECT_FALSE(parse_rfc3339("2023-11-14"));
    EXPECT_FALSE(parse_rfc3339("2023-13-14T22:13:20Z"));
    EXPECT_FALSE(parse_rfc3339("2023-11-14T22:13:20"));
}
