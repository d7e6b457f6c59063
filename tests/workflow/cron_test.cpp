#include "workflow/schema/cron.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

// events-that-trigger-workflows#schedule
TEST(Cron, FieldsAreSets) {
    const auto cron = parse_cron("*/20 8-10,22 1 feb mon-FRI/2").value();

    EXPECT_EQ(cron.minutes.count(), 3U);
    EXPECT_TRUE(cron.minutes.test(0) && cron.minutes.test(20) && cron.minutes.test(40));
    EXPECT_EQ(cron.hours.count(), 4U);
    EXPECT_TRUE(cron.hours.test(22));
    EXPECT_TRUE(cron.days.test(1));
    EXPECT_TRUE(cron.months.test(2));
    EXPECT_EQ(cron.weekdays.count(), 3U);
    EXPECT_FALSE(cron.any_day || cron.any_weekday);
}

TEST(Cron, SundayHasTwoNumbers) {
    EXPECT_EQ(parse_cron("0 0 * * 0")->weekdays, parse_cron("0 0 * * 7")->weekdays);
    EXPECT_EQ(parse_cron("0 0 * * 5-7")->weekdays.count(), 3U);
    EXPECT_TRUE(parse_cron("0 0 * * *")->weekdays.all());
}

TEST(Cron, SaysWhichFieldIsWrong) {
    EXPECT_EQ(
        parse_cron("0 24 * * *").error().message,
        "the hour '24' is not 0 to 23, *, a-b, */n or a list"
    );
    for (const auto* text :
         {"",
          "0 0 * *",
          "0 0 * * * *",
          "@daily",
          "-1 * * * *",
          "a * * * *",
          "*/0 * * * *",
          "1- * * * *",
          "1,,2 * * * *",
          "0 0 0 * *",
          "0 0 * 13 *",
          "0 0 * * 8",
          "5-1 * * * *",
          "100 * * * *"}) {
        EXPECT_FALSE(parse_cron(text)) << text;
    }
}
