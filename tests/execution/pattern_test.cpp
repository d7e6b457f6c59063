#include "execution/pattern.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

using Groups = std::vector<std::string>;

/// The groups of the match; {"-"} when there is none.
Groups find(std::string_view expression, std::string_view line) {
    const auto pattern = Pattern::make(expression);
    if (!pattern) return {pattern.error().message};
    auto found = pattern->find(to_characters(line));
    if (!found) return {found.error().message};
    return *found ? std::move(**found) : Groups{"-"};
}

TEST(Pattern, FindsWhatECMAScriptFinds) {
    struct Case {
        const char* expression;
        const char* line;
        Groups groups;
    };

    const std::vector<Case> cases{
        {"abc", "xabcy", {"abc"}},
        {"^abc$", "xabcy", {"-"}},
        {"a.c", "abc", {"abc"}},
        {"(a+)(b*)", "caab", {"aab", "aa", "b"}},
        {"(a+?)(a*)", "aaa", {"aaa", "a", "aa"}},
        {"(a|ab)(c|bcd)(d*)", "abcd", {"abcd", "a", "bcd", ""}},
        {"(?:x|y)(z)?", "y", {"y", ""}},
        {"(?<file>\\w+):(\\d+)", "in main:42.", {"main:42", "main", "42"}},
        {"[^\\s:]+", "  a-b: c", {"a-b"}},
        {"[a-c\\d-]+", "zz1b-c", {"1b-c"}},
        {"[\\]\\\\]+", "x]\\y", {"]\\"}},
        {"\\bword\\b", "swords word", {"word"}},
        {"\\Bord", "ord word", {"ord"}},
        {"a{2,3}", "aaaa", {"aaa"}},
        {"x?yz", "yz", {"yz"}},
        {"(ab)?cd+", "xcdd", {"cdd", ""}},
        {"^ab|cd", "xcd", {"cd"}},
        {"(?:^ab|cd)e", "xcde", {"cde"}},
        {"a^b", "ab", {"-"}},
        {"a{2}", "aaaa", {"aa"}},
        {"a{2,}?", "aaaa", {"aa"}},
        {"a{x}", "a{x}", {"a{x}"}},
        {"\\x41\\u00e4\\t", "A\xc3\xa4\t", {"A\xc3\xa4\t"}},
        {"^.(.)$", "\xc3\xa4\xe2\x9c\x96", {"\xc3\xa4\xe2\x9c\x96", "\xe2\x9c\x96"}},
        {"[\\D]", "1a", {"a"}},
        {"", "abc", {""}},
        {"(a*)*", "b", {"", ""}},
        {"(^|x)y", "xy", {"xy", "x"}},
        {"a||b", "b", {""}},
        {"\\/\\.\\-", "/.-", {"/.-"}},
        {".*", "\xff", {"\xef\xbf\xbd"}},
    };

    for (const auto& one : cases) {
        EXPECT_EQ(find(one.expression, one.line), one.groups) << one.expression;
    }
}

TEST(Pattern, RefusesWhatWouldNeedBacktracking) {
    EXPECT_EQ(
        Pattern::make("(?!x)y").error().message,
        "look-around and options in groups are not supported (at character 2)"
    );
    EXPECT_FALSE(Pattern::make("(?<=x)y"));
    EXPECT_FALSE(Pattern::make("(a)\\1"));
}

TEST(Pattern, RefusesWhatIsNoExpression) {
    for (const char* text : {"(", ")", "[a", "*a", "a**", "[z-a]", "a{3,2}", "^*", "\\", "(?<a"}) {
        EXPECT_EQ(Pattern::make(text).error().code, Code::invalid) << text;
    }
}

TEST(Pattern, RefusesWhatIsTooLarge) {
    EXPECT_FALSE(Pattern::make("a{1001}"));
    EXPECT_FALSE(Pattern::make("((a{100}){100}){100}"));
    EXPECT_FALSE(Pattern::make(std::string(100, '(') + std::string(100, ')')));
    EXPECT_FALSE(Pattern::make(std::string(3000, 'a')));
}

TEST(Pattern, TakesNoMoreStepsThanItMay) {
    const auto pattern = Pattern::make("(x+x+)+(x+x+)+(x+x+)+y");
    ASSERT_TRUE(pattern);

    EXPECT_FALSE(pattern->find(U'y' + std::u32string(20, U'x'))->has_value());
    EXPECT_EQ(pattern->find(U'y' + std::u32string(4000, U'x')).error().code, Code::too_large);
}

TEST(Pattern, DoesNotBeginWhereNoMatchCanBe) {
    const std::u32string line(300'000, U'x');

    for (const char* text : {"(x+x+)+y", "^ab.*", "(^a|)x*(?:yz){1}y"}) {
        const auto found = Pattern::make(text)->find(line);
        ASSERT_TRUE(found) << text;
        EXPECT_FALSE(found->has_value()) << text;
    }
}

}  // namespace
}  // namespace triphammer::execution
