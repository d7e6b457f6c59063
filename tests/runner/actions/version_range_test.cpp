#include "runner/actions/version_range.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

bool has(std::string_view range, std::string_view version) {
    const auto parsed = VersionRange::parse(range);
    EXPECT_TRUE(parsed) << range;
    return parsed && parsed->has(find_version(version).value_or(Version{}));
}

TEST(FindVersion, ReadsWhatProgramsSayOfThemselves) {
    EXPECT_EQ(version_text(*find_version("v20.11.0")), "20.11.0");
    EXPECT_EQ(version_text(*find_version("Python 3.11.2")), "3.11.2");
    EXPECT_EQ(version_text(*find_version("go version go1.22.1 linux/amd64")), "1.22.1");
    EXPECT_EQ(version_text(*find_version("openjdk version \"17.0.9\" 2023-10-17")), "17.0.9");
    EXPECT_EQ(version_text(*find_version("java version \"1.8.0_392\"")), "8.0.0");
    EXPECT_TRUE(find_version("Python 3.13.0rc1")->is_early);
    EXPECT_FALSE(find_version("no digits"));
}

TEST(VersionRange, APartOfAVersionMeansAllThatBeginWithIt) {
    EXPECT_TRUE(has("3.11", "3.11.2"));
    EXPECT_FALSE(has("3.11", "3.12.0"));
    EXPECT_FALSE(has("3.1", "3.11.2"));
    EXPECT_TRUE(has("3.x", "3.12.1"));
    EXPECT_TRUE(has("v18", "18.19.0"));
    EXPECT_TRUE(has("20.11.0", "20.11.0"));
    EXPECT_TRUE(has("*", "1.0.0"));
}

TEST(VersionRange, KnowsTheSignsOfSemanticVersioning) {
    EXPECT_TRUE(has("^1.13.1", "1.26.8"));
    EXPECT_FALSE(has("^1.13.1", "1.13.0"));
    EXPECT_FALSE(has("^0.2.3", "0.3.0"));
    EXPECT_TRUE(has("~1.2", "1.2.9"));
    EXPECT_FALSE(has("~1.2.3", "1.3.0"));
    EXPECT_TRUE(has("~1", "1.9.0"));
    EXPECT_TRUE(has(">=3.9 <3.13", "3.12.7"));
    EXPECT_FALSE(has(">=3.9, <3.13", "3.13.0"));
    EXPECT_TRUE(has(">= 18", "20.0.0"));
    EXPECT_FALSE(has(">18", "18.5.0"));
    EXPECT_TRUE(has("<=18", "18.5.0"));
    EXPECT_TRUE(has("16 || 18 || 20", "18.1.0"));
    EXPECT_TRUE(has("1.18 - 1.20", "1.20.5"));
    EXPECT_FALSE(has("1.18 - 1.20", "1.21.0"));
}

TEST(VersionRange, RefusesWhatIsNone) {
    for (const auto* text : {"pypy3.9", "", "1.2.3.4", "lts/iron", "^", "1..2"}) {
        const bool is_empty = std::string_view{text}.empty();
        EXPECT_EQ(VersionRange::parse(text).has_value(), is_empty) << text;
    }
}

}  // namespace
}  // namespace triphammer::runner
