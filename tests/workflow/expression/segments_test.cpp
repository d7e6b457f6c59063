#include "workflow/expression/segments.hpp"

#include <gtest/gtest.h>

using namespace triphammer::workflow::expression;

namespace {

std::string shown(std::string_view text) {
    const auto segments = split_segments(text);
    if (!segments)
        return std::to_string(segments.error().position) + ": " + segments.error().message;
    std::string out;
    for (const auto& one : *segments) {
        out += (one.is_expression ? "<" : "[") + std::string{one.text} +
               (one.is_expression ? ">" : "]");
        out += std::to_string(one.offset);
    }
    return out;
}

}  // namespace

TEST(Segments, SplitsTextAndExpressions) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("abc"), "[abc]0");
    EXPECT_EQ(shown("a${{b}}c"), "[a]0<b>4[c]7");
    EXPECT_EQ(shown("${{a}}${{ b }}"), "<a>3< b >9");
    EXPECT_EQ(shown("${{ 'a }} b' }}"), "< 'a }} b' >3");
    EXPECT_EQ(shown("${{ 'it''s }}' }}."), "< 'it''s }}' >3[.]17");
    EXPECT_EQ(shown("a ${{ b"), "3: this ${{ is never closed by }}");
    EXPECT_EQ(shown("${{ 'b }}"), "1: this ${{ is never closed by }}");
}

TEST(Segments, StripsBracesAroundAWholeConditionOnly) {
    EXPECT_EQ(strip_braces("${{ a }}"), " a ");
    EXPECT_EQ(strip_braces("  ${{ a }}\n"), " a ");
    EXPECT_EQ(strip_braces("a == b"), "a == b");
    EXPECT_EQ(strip_braces("${{ a }} == b"), "${{ a }} == b");
    EXPECT_EQ(strip_braces("!${{ a }}"), "!${{ a }}");
}

// workflow-syntax#jobsjob_idif
TEST(Segments, ABlankAroundAConditionsBracesIsText) {
    EXPECT_EQ(strip_condition("${{ a }}"), " a ");
    EXPECT_EQ(strip_condition("${{ a }}\n"), "${{ a }}\n");
    EXPECT_EQ(strip_condition(" ${{ a }}"), " ${{ a }}");
    EXPECT_EQ(strip_condition(" a == b\n"), " a == b\n");
}
