#include "http/target.hpp"

#include <gtest/gtest.h>

using namespace triphammer::http;

TEST(Target, DecodesOnce) {
    auto target = parse_target("/a%2520b/%C3%A4/?q=%26&empty&=x&two=1&two=2");

    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a%20b/\u00e4/");
    EXPECT_EQ(target->segments, (std::vector<std::string>{"a%20b", "\u00e4"}));
    EXPECT_EQ(target->query.find("q"), "&");
    EXPECT_EQ(target->query.find("empty"), "");
    EXPECT_EQ(target->query.count("two"), 2U);
    EXPECT_EQ(parse_target("/")->path, "/");
    EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(Target, RefusesEverySecondSpelling) {
    for (const std::string text : {
             "",
             "a",
             "*",
             "//",
             "/a//b",
             "/.",
             "/a/..",
             "/%2e%2E/a",
             "/a%2Fb",
             "/a%5cb",
             "/a\\b",
             "/a%0ab",
             "/%",
             "/%4",
             "/%ff",
             "/a?x=%",
             "/a?x=%00",
             "/a?x=%ff",
         }) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}
