#include "logs/line_times.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::logs;

namespace {

TimePoint at_ms(std::int64_t ms) {
    return from_unix_ms(1'700'000'000'000 + ms);
}

}  // namespace

TEST(LineTimes, KnowsTheMomentOfEachLine) {
    LineTimes times;
    times.add(0, at_ms(0));
    times.add(3, at_ms(1'000));
    times.add(7, at_ms(5'000));

    EXPECT_EQ(times.find(0, 1), (std::vector<LineMoment>{{0, at_ms(0)}}));
    EXPECT_EQ(times.find(4, 3), (std::vector<LineMoment>{{3, at_ms(1'000)}}));
    EXPECT_EQ(times.find(4, 4), (std::vector<LineMoment>{{3, at_ms(1'000)}, {7, at_ms(5'000)}}));
    EXPECT_EQ(times.find(1'000, 1), (std::vector<LineMoment>{{7, at_ms(5'000)}}));
    EXPECT_TRUE(times.find(4, 0).empty());
    EXPECT_TRUE(LineTimes{}.find(0, 10).empty());
}

TEST(LineTimes, TellsNoMomentsApartThatAreNearAndNoneOfOneLine) {
    LineTimes times;
    times.add(0, at_ms(0));
    times.add(1, at_ms(100));
    times.add(2, at_ms(249));
    times.add(3, at_ms(250));
    times.add(3, at_ms(9'000));  // the same line, longer
    times.add(4, at_ms(-5'000));

    EXPECT_EQ(times.find(0, 10), (std::vector<LineMoment>{{0, at_ms(0)}, {3, at_ms(250)}}));
}

TEST(LineTimes, HasABoundHoweverLongTheStep) {
    LineTimes times;
    for (int i = 0; i < 100'000; ++i) {
        times.add(static_cast<std::uint64_t>(i), at_ms(std::int64_t{i} * 250));
    }

    EXPECT_LE(times.find(0, 100'000).size(), kMaxMoments);
    for (const std::uint64_t line : {0, 1, 77'777, 99'999}) {
        const auto moment = times.find(line, 1).at(0).at;
        const auto real = at_ms(static_cast<std::int64_t>(line) * 250);
        EXPECT_LE(moment, real);
        EXPECT_LT(real - moment, times.precision());
    }
}

TEST(LineTimes, ComesBackFromItsBytesAndFromNoOthers) {
    LineTimes times;
    times.add(0, at_ms(0));
    times.add(12, at_ms(700));
    auto bytes = times.to_bytes();

    EXPECT_EQ(LineTimes::from_bytes(bytes)->find(0, 20), times.find(0, 20));
    EXPECT_FALSE(LineTimes::from_bytes(""));
    EXPECT_FALSE(LineTimes::from_bytes(bytes.substr(8)));
    bytes[9] ^= 1;
    EXPECT_FALSE(LineTimes::from_bytes(bytes));
}
