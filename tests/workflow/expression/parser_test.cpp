#include "workflow/expression/parser.hpp"

#include "workflow/expression/cases.hpp"

#include <gtest/gtest.h>

using namespace triphammer::workflow::expression;

TEST(Parser, SaysWhereItStoppedUnderstanding) {
    struct Row {
        const char* expression;
        const char* failure;
    };

    const std::vector<Row> rows{
        {"", "1: the expression is empty"},
        {"   ", "1: the expression is empty"},
        {"1 +2", "3: unexpected '+2'"},
        {"a b", "3: unexpected 'b'"},
        {"1 ==", "5: unexpected the end of the expression"},
        {"(1", "3: expected ')' instead of the end of the expression"},
        {"github[1", "9: expected ']' instead of the end of the expression"},
        {"github.1", "8: a property name must follow the dot; it starts with a letter or '_'"},
        {"contains('a' 'b')", "14: expected ',' or ')' instead of ''b''"},
        {"contains('a',)", "14: unexpected ')'"},
        {"'abc", "1: this string has no closing quote (')"},
        {"\"abc\"", "1: text stands in single quotes here: 'like this'"},
        {"a & b", "3: '&' must be doubled: &&"},
        {"a = b", "3: '=' must be doubled: =="},
        {"a # b", "3: unexpected character '#'"},
        {"1.2.3", "1: '1.2.3' is not a number"},
        {"0xfg", "1: '0xfg' is not a number"},
        {"-",
         "1: there is no arithmetic in expressions: compute in a script, and pass the result as an "
         "output"},
        {"'a'.b", "4: unexpected '.'"},
        {"()", "2: unexpected ')'"},
        {"*", "1: unexpected '*'"},
    };

    for (const auto& row : rows)
        EXPECT_EQ(failure_of(row.expression), row.failure) << row.expression;
}

TEST(Parser, FindsStatusFunctionsAnywhere) {
    EXPECT_TRUE(has_status_function(parse("github.ref == 'x' && (1 == 2 || !Failure())").value()));
    EXPECT_FALSE(has_status_function(parse("contains('success()', github.success)").value()));
}

TEST(Parser, KeepsAKeywordAsPropertyName) {
    expect_all({{"github.null", "null"}, {"fromJSON('{\"true\": 1}').true", "1"}});
}
