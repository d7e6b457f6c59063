#include "plan/cron.hpp"

#include <gtest/gtest.h>

#include <chrono>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

TimePoint at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::year_month_day date{
        std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    return from_unix_ms(((days * 24 + hour) * 60 + minute) * 60'000);
}

/// Central Europe in 2026: summer time from 29 March to 25 October, at 01:00 UTC.
Zone berlin() {
    Zone zone;
    zone.first_offset = 3600;
    zone.changes = {
        {to_unix_ms(at(2026, 3, 29, 1)) / 1000, 7200},
        {to_unix_ms(at(2026, 10, 25, 1)) / 1000, 3600}};
    return zone;
}

TimePoint next(const std::string& cron, TimePoint after, const Zone& zone = {}) {
    return next_due(parse_cron(cron).value(), zone, after).value();
}

}  // namespace

// events-that-trigger-workflows#schedule
TEST(Cron, FindsTheNextMinute) {
    const auto now = at(2026, 11, 21, 12, 7);  // a Saturday

    EXPECT_EQ(next("* * * * *", now), at(2026, 11, 21, 12, 8));
    EXPECT_EQ(next("15 * * * *", now), at(2026, 11, 21, 12, 15));
    EXPECT_EQ(next("7 12 * * *", now), at(2026, 11, 22, 12, 7));
    EXPECT_EQ(next("*/15 * * * *", now), at(2026, 11, 21, 12, 15));
    EXPECT_EQ(next("20/15 * * * *", now), at(2026, 11, 21, 12, 20));
    EXPECT_EQ(next("2,10 4,5 * * *", now), at(2026, 11, 22, 4, 2));
    EXPECT_EQ(next("30 4-6 * * *", now), at(2026, 11, 22, 4, 30));
    EXPECT_EQ(next("30 5 * * 1,3", now), at(2026, 11, 23, 5, 30));
    EXPECT_EQ(next("0 0 * * sun", now), at(2026, 11, 22));
    EXPECT_EQ(next("0 0 * * 7", now), at(2026, 11, 22));
    EXPECT_EQ(next("0 0 * * 5-7", now), at(2026, 11, 22));
    EXPECT_EQ(next("0 0 1 JAN *", now), at(2027, 1, 1));
    EXPECT_EQ(next("0 0 29 2 *", now), at(2028, 2, 29));
}

TEST(Cron, EitherDayIsEnoughWhereBothAreRestricted) {
    const auto now = at(2026, 11, 21, 12);

    EXPECT_EQ(next("0 0 1 * MON", now), at(2026, 11, 23));
    EXPECT_EQ(next("0 0 22 * MON", now), at(2026, 11, 22));
    EXPECT_EQ(next("0 0 */2 * MON", now), at(2026, 11, 23));
}

TEST(Cron, KnowsTheTimeOfThePlace) {
    EXPECT_EQ(next("0 9 * * *", at(2026, 7, 1), berlin()), at(2026, 7, 1, 7));
    EXPECT_EQ(next("0 9 * * *", at(2026, 12, 1), berlin()), at(2026, 12, 1, 8));
}

TEST(Cron, ASkippedTimeIsDueWhenTheClockHasSkippedIt) {
    EXPECT_EQ(next("30 2 * * *", at(2026, 3, 28, 12), berlin()), at(2026, 3, 29, 1, 30));
    EXPECT_EQ(next("30 2 * * *", at(2026, 3, 29, 1, 30), berlin()), at(2026, 3, 30, 0, 30));
}

TEST(Cron, ATimeThatComesTwiceIsDueOnce) {
    EXPECT_EQ(next("30 2 * * *", at(2026, 10, 24, 12), berlin()), at(2026, 10, 25, 0, 30));
    EXPECT_EQ(next("30 2 * * *", at(2026, 10, 25, 0, 30), berlin()), at(2026, 10, 26, 1, 30));
}

TEST(Cron, SaysWhatIsWrong) {
    EXPECT_EQ(parse_cron("61 * * * *").error().message, "'61' is no minute");
    EXPECT_EQ(parse_cron("* 5-3 * * *").error().message, "'5-3' is no hour");
    EXPECT_EQ(parse_cron("* * 0 * *").error().message, "'0' is no day of the month");
    EXPECT_EQ(parse_cron("* * * FOO *").error().message, "'FOO' is no month");
    EXPECT_EQ(parse_cron("* * * * 8").error().message, "'8' is no day of the week");
    EXPECT_EQ(parse_cron("*/0 * * * *").error().message, "'*/0' is no minute");
    EXPECT_FALSE(parse_cron("* * * *"));
    EXPECT_FALSE(parse_cron("@daily"));
}

TEST(Cron, WhatNeverComesIsNeverDue) {
    EXPECT_FALSE(next_due(parse_cron("0 0 30 2 *").value(), {}, at(2026, 1, 1)));
}
