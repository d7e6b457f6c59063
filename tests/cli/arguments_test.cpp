#include "cli/arguments.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::cli::Arguments;
using triphammer::cli::OptionSpec;

namespace {

const std::vector<OptionSpec> kOptions{{"data", "DIR", ""}, {"json", "", ""}, {"input", "K=V", ""}};

}  // namespace

TEST(Arguments, TakesValuesInBothForms) {
    const auto parsed =
        Arguments::parse({"add", "--data=/a", "o/r", "--data", "/b", "--json"}, kOptions);

    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->words(), (std::vector<std::string>{"add", "o/r"}));
    EXPECT_EQ(parsed->value("data"), "/b");
    EXPECT_TRUE(parsed->has("json"));
}

TEST(Arguments, KeepsTheOrderOfRepeatedOptions) {
    const auto parsed = Arguments::parse({"--input", "a=1", "--input", "b=2"}, kOptions).value();

    EXPECT_EQ(parsed.values("input"), (std::vector<std::string>{"a=1", "b=2"}));
}

TEST(Arguments, NamesTheNearestOption) {
    const auto parsed = Arguments::parse({"--dat", "/a"}, kOptions);

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message, "unknown option --dat; did you mean --data?");
}

TEST(Arguments, RefusesAMissingAndASuperfluousValue) {
    EXPECT_EQ(Arguments::parse({"--data"}, kOptions).error().message, "--data needs a value: DIR");
    EXPECT_EQ(Arguments::parse({"--json=1"}, kOptions).error().message, "--json takes no value");
}

TEST(Arguments, TakesEverythingAfterTwoDashesAsWords) {
    const auto parsed = Arguments::parse({"--", "--data"}, kOptions).value();

    EXPECT_EQ(parsed.words(), (std::vector<std::string>{"--data"}));
}
