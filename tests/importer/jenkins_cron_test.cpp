#include "importer/jenkins_cron.hpp"

#include <gtest/gtest.h>

using triphammer::importer::to_cron;

TEST(JenkinsCron, LeavesPlainTimesAsTheyAre) {
    EXPECT_EQ(to_cron("5 4 * * 1-5", "x"), std::vector<std::string>{"5 4 * * 1-5"});
}

TEST(JenkinsCron, ChoosesTheSameMinuteForTheSamePipeline) {
    const auto one = to_cron("H 4 * * *", "x");

    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one, to_cron("H 4 * * *", "x"));
    EXPECT_TRUE(one[0].ends_with(" 4 * * *"));
    EXPECT_EQ(one[0].find('H'), std::string::npos);
}

TEST(JenkinsCron, KeepsStepsAndRanges) {
    EXPECT_TRUE(to_cron("H/15 * * * *", "x").at(0).find("-59/15 ") != std::string::npos);
    const auto ranged = to_cron("H(10-19) * * * *", "y").at(0);
    EXPECT_EQ(ranged.size(), std::string{"10 * * * *"}.size());
    EXPECT_EQ(ranged.front(), '1');
}

TEST(JenkinsCron, KnowsTheNamedTimes) {
    EXPECT_TRUE(to_cron("@daily", "x").at(0).ends_with(" * * *"));
}

TEST(JenkinsCron, RefusesWhatIsNoTime) {
    EXPECT_TRUE(to_cron("now and then", "x").empty());
    EXPECT_TRUE(to_cron("H(9-2) * * * *", "x").empty());
}
