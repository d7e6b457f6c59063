#include "report/markdown.hpp"

#include <gmock/gmock.h>

using namespace triphammer::report;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Markdown, AMentionInACodeSpanCallsNobodyWhereverItIsCopiedTo) {
    EXPECT_EQ(code_span("ask @octocat"), "`ask @\xE2\x80\x8Boctocat`");
}

TEST(Markdown, BackticksDoNotEndACodeSpan) {
    EXPECT_EQ(code_span("a``b"), "``` a``b ```");
    EXPECT_EQ(code_span("`"), "`` ` ``");
}

TEST(Markdown, ACodeSpanIsOneLine) {
    EXPECT_EQ(code_span("a\n# b\x1b[31m"), "`a # b [31m`");
}

TEST(Markdown, LongNamesAreCutBetweenCharacters) {
    EXPECT_EQ(code_span("ää", 3), "`ä...`");
}

TEST(Markdown, HtmlInANameIsText) {
    EXPECT_EQ(
        html_code("</code><img src=x onerror='a&b'>"),
        "<code>&lt;/code&gt;&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;</code>"
    );
}

TEST(Markdown, OnlyWeEndAFence) {
    EXPECT_EQ(fence("a\n```\n@b\n````\n", 100), "`````text\na\n```\n@b\n````\n`````\n");
}

TEST(Markdown, AFenceIsCutBehindALineThatFits) {
    EXPECT_EQ(fence("first\nsecond\n", 9), "```text\nfirst\n```\n");
    EXPECT_EQ(fence("firstsecond", 5), "```text\nfirst\n```\n");
}
