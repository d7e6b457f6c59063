#include "workflow/expression/evaluator.hpp"

#include "workflow/expression/cases.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow::expression;

// expressions#literals
TEST(Evaluator, KnowsTheDocumentedLiterals) {
    expect_all({
        {"null", "null"},
        {"false", "false"},
        {"true", "true"},
        {"711", "711"},
        {"-9.2", "-9.2"},
        {"0xff", "255"},
        {"-2.99e-2", "-0.0299"},
        {"1e3", "1000"},
        {".5", "0.5"},
        {"0o17", "15"},
        {"NaN", "\"NaN\""},
        {"Infinity", "\"Infinity\""},
        {"-Infinity", "\"-Infinity\""},
        {"'Mona the Octocat'", "\"Mona the Octocat\""},
        {"'It''s open source!'", "\"It's open source!\""},
        {"''", "\"\""},
        {"  'a'  ", "\"a\""},
    });
}

// expressions#operators, in the order of the table
TEST(Evaluator, BindsOperatorsAsTheTableSays) {
    expect_all({
        {"true || false && false", "true"},
        {"(true || false) && false", "false"},
        {"false && true || true", "true"},
        {"1 == 1 && 2 == 2", "true"},
        {"1 < 2 == true", "true"},
        {"!true == false", "true"},
        {"!(true == false)", "true"},
        {"!!'a'", "true"},
        {"1 <= 1", "true"},
        {"1 >= 2", "false"},
        {"2 > 1", "true"},
        {"1 != 2", "true"},
        {"3 > 2 > 1", "false"},
    });
}

// expressions#operators: && and || give one of their operands
TEST(Evaluator, GivesTheValueThatDecided) {
    expect_all({
        {"'' || 'default'", "\"default\""},
        {"'a' || 'b'", "\"a\""},
        {"'a' && 'b'", "\"b\""},
        {"0 && 'b'", "0"},
        {"null || 0", "0"},
        {"null || '' || 'x' || 'y'", "\"x\""},
        {"'a' && '' && 'c'", "\"\""},
    });
}

TEST(Evaluator, DoesNotEvaluateWhatCannotDecide) {
    expect_all({
        {"false && fromJSON('{')", "false"},
        {"true || fromJSON('{')", "true"},
    });
    EXPECT_EQ(failure_of("true && fromJSON('{')").substr(0, 19), "9: fromJSON: not va");
}

// expressions#literals, note on falsy values
TEST(Evaluator, KnowsFalsyValues) {
    expect_all({
        {"!false", "true"},
        {"!0", "true"},
        {"!-0", "true"},
        {"!''", "true"},
        {"!null", "true"},
        {"!NaN", "true"},
        {"!'false'", "false"},
        {"!'0'", "false"},
        {"!1", "false"},
        {"!fromJSON('[]')", "false"},
        {"!fromJSON('{}')", "false"},
    });
}

// expressions#operators, loose equality and its table of conversions
TEST(Evaluator, ComparesDifferentKindsAsNumbers) {
    expect_all({
        {"null == 0", "true"},
        {"null == ''", "true"},
        {"null == false", "true"},
        {"true == 1", "true"},
        {"true == '1'", "true"},
        {"true == 'true'", "false"},
        {"false == 0", "true"},
        {"'' == 0", "true"},
        {"' ' == 0", "true"},
        {"'1' == 1", "true"},
        {"'1.0' == 1", "true"},
        {"'0x10' == 16", "true"},
        {"'1e2' == 100", "true"},
        {"'abc' == 0", "false"},
        {"'abc' != 0", "true"},
        {"'2' > 1", "true"},
        {"true > false", "true"},
        {"null < 1", "true"},
        {"fromJSON('[]') == 0", "false"},
        {"fromJSON('{}') == null", "false"},
    });
}

TEST(Evaluator, OrdersNothingWithNaN) {
    expect_all({
        {"NaN == NaN", "false"},
        {"NaN != NaN", "true"},
        {"NaN < 1", "false"},
        {"NaN >= NaN", "false"},
        {"'abc' < 1", "false"},
        {"'abc' >= 1", "false"},
        {"fromJSON('[]') > 0", "false"},
    });
}

TEST(Evaluator, IgnoresCaseOfText) {
    expect_all({
        {"'Main' == 'mAIN'", "true"},
        {"'\xc3\xa4\xc3\xb6' == '\xc3\x84\xc3\x96'", "true"},
        {"'a' < 'B'", "true"},
        {"'B' > 'a'", "true"},
        {"'10' < '9'", "true"},
        {"'a' != 'b'", "true"},
    });
}

// expressions#operators: "only considered equal when they are the same instance"
TEST(Evaluator, ComparesCollectionsByInstance) {
    const auto contexts = contexts_of(R"({"github": {"list": [1], "other": [1], "map": {}}})");

    expect_all(
        {
            {"github.list == github.list", "true"},
            {"github.list == github.other", "false"},
            {"github.map == github.map", "true"},
            {"github.map == fromJSON('{}')", "false"},
            {"github.list != github.other", "true"},
        },
        contexts
    );
}

// contexts#available-contexts: index and property syntax
TEST(Evaluator, ReadsContexts) {
    const auto contexts = contexts_of(
        R"({"github": {"sha": "abc", "event": {"pull-request_1": {"n": 7}}, "list": ["a", "b"]}})"
    );

    expect_all(
        {
            {"github.sha", "\"abc\""},
            {"github['sha']", "\"abc\""},
            {"GITHUB.Sha", "\"abc\""},
            {"github.event.pull-request_1.n", "7"},
            {"github['event']['pull-request_1']['n']", "7"},
            {"github.list[1]", "\"b\""},
            {"github.list['1']", "\"b\""},
            {"github.list[1.9]", "\"b\""},
            {"github.list[2]", "null"},
            {"github.list[-1]", "null"},
            {"github.list[NaN]", "null"},
            {"github.list.name", "null"},
            {"github.nothing", "null"},
            {"github.nothing.at.all", "null"},
            {"github.sha.length", "null"},
            {"github.event[github.nothing]", "null"},
            {"(github.event).pull-request_1.n", "7"},
            {"matrix.os", "null"},
            {"github", R"({"sha":"abc","event":{"pull-request_1":{"n":7}},"list":["a","b"]})"},
        },
        contexts
    );
}

// expressions#object-filters, with the page's two collections
TEST(Evaluator, FiltersObjects) {
    const auto contexts = contexts_of(R"({
      "fruits": [{"name": "apple", "quantity": 1}, {"name": "orange"}, {"name": "pear", "quantity": 1}],
      "vegetables": {
        "scallions": {"ediblePortions": ["roots", "stalks"]},
        "beets": {"ediblePortions": ["roots", "stems", "leaves"]}}})");

    expect_all(
        {
            {"fruits.*.name", R"(["apple","orange","pear"])"},
            {"fruits[*].name", R"(["apple","orange","pear"])"},
            {"fruits.*['name']", R"(["apple","orange","pear"])"},
            {"fruits.*.quantity", "[1,1]"},
            {"vegetables.*.ediblePortions", R"([["roots","stalks"],["roots","stems","leaves"]])"},
            {"vegetables.*.ediblePortions.*", R"(["roots","stalks","roots","stems","leaves"])"},
            {"vegetables.*.ediblePortions[0]", R"(["roots","roots"])"},
            {"contains(fruits.*.name, 'PEAR')", "true"},
            {"join(fruits.*.name, ', ')", R"("apple, orange, pear")"},
            {"fruits.*.nothing", "[]"},
            {"github.nothing.*", "[]"},
            {"github.nothing.*.name", "[]"},
        },
        contexts
    );
}

TEST(Evaluator, RefusesUnknownContextsEvenWhereTheyAreNotReached) {
    EXPECT_EQ(failure_of("gihub.ref"), "1: unknown context 'gihub'; did you mean 'github'?");
    EXPECT_EQ(failure_of("false && qqqqqq.x"), "10: unknown context 'qqqqqq'");
}

TEST(Evaluator, NamesThePlaceInOneSentence) {
    const auto value = evaluate("github.", Contexts{});

    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::invalid);
    EXPECT_EQ(
        value.error().message,
        "a property name must follow the dot; it starts with a letter or '_' at position 8 of "
        "'github.'"
    );
}

// workflow-syntax: text with expressions
TEST(Evaluator, InterpolatesText) {
    const auto contexts = contexts_of(R"({"github": {"sha": "abc", "n": 1.5, "no": false}})");

    EXPECT_EQ(interpolate("plain", contexts).value(), "plain");
    EXPECT_EQ(
        interpolate("a ${{ github.sha }} b ${{ github.n }}", contexts).value(), "a abc b 1.5"
    );
    EXPECT_EQ(interpolate("${{ github.no }}|${{ github.none }}|", contexts).value(), "false||");
    EXPECT_EQ(interpolate("${{ github }} ${{ fromJSON('[]') }}", contexts).value(), "Object Array");
    EXPECT_EQ(interpolate("${{ '}}' }}", contexts).value(), "}}");
    EXPECT_EQ(interpolate("$ {{ x }} }}", contexts).value(), "$ {{ x }} }}");
    EXPECT_FALSE(interpolate("${{ github.sha", contexts));
    EXPECT_FALSE(interpolate("${{ }}", contexts));
}

// expressions#fromjson, "Example returning a JSON data type"
TEST(Evaluator, KeepsTheKindOfAWholeExpression) {
    const auto contexts = contexts_of(R"({"env": {"continue": "true", "time": "3"}})");

    EXPECT_EQ(
        evaluate_template("${{ fromJSON(env.continue) }}", contexts).value(), Value::boolean(true)
    );
    EXPECT_EQ(evaluate_template(" ${{ fromJSON(env.time) }} ", contexts).value(), Value::number(3));
    EXPECT_EQ(evaluate_template("${{ env.time }}0", contexts).value(), Value::string("30"));
    EXPECT_EQ(evaluate_template("5", contexts).value(), Value::string("5"));
}

// expressions#status-check-functions
TEST(Evaluator, MeansSuccessUnlessAStatusFunctionIsUsed) {
    struct Row {
        const char* condition;
        bool after_success;
        bool after_failure;
        bool after_cancel;
    };

    const std::vector<Row> rows{
        {"", true, false, false},
        {"true", true, false, false},
        {"false", false, false, false},
        {"success()", true, false, false},
        {"always()", true, true, true},
        {"failure()", false, true, false},
        {"cancelled()", false, false, true},
        {"!cancelled()", true, true, false},
        {"${{ always() }}", true, true, true},
        {"failure() || success()", true, true, false},
        {"Always() && 'x'", true, true, true},
        {"contains('always()', 'a')", true, false, false},
    };
    const StatusFacts good{true, false, false};
    const StatusFacts bad{false, true, false};
    const StatusFacts stopped{false, false, true};

    for (const auto& row : rows) {
        EXPECT_EQ(evaluate_condition(row.condition, {}, good).value(), row.after_success)
            << row.condition;
        EXPECT_EQ(evaluate_condition(row.condition, {}, bad).value(), row.after_failure)
            << row.condition;
        EXPECT_EQ(evaluate_condition(row.condition, {}, stopped).value(), row.after_cancel)
            << row.condition;
    }
}

TEST(Evaluator, TakesAConditionWithTextAroundItsExpressionAsText) {
    EXPECT_TRUE(evaluate_condition("${{ false }} && ${{ false }}", {}, {}).value());
    EXPECT_FALSE(evaluate_condition("${{ '' }}${{ '' }}", {}, {}).value());
    EXPECT_FALSE(evaluate_condition("${{ 'a' == 'b' }}", {}, {}).value());
    EXPECT_TRUE(evaluate_condition("${{ 'a' == 'b' }}\n", {}, {}).value());
}

TEST(Evaluator, FindsStatusFunctionsInsideTextConditionsToo) {
    const StatusFacts bad{false, true, false};

    EXPECT_TRUE(evaluate_condition("${{ always() }} && ${{ false }}", {}, bad).value());
    EXPECT_FALSE(evaluate_condition("${{ 'always()' }} && ${{ true }}", {}, bad).value());
    EXPECT_TRUE(evaluate_condition("!${{ success() }}", {}, {}).value());
    EXPECT_FALSE(evaluate_condition("x ${{ always() ", {}, {}));
}

TEST(Evaluator, KeepsStatusFunctionsOutOfOtherPlaces) {
    EXPECT_EQ(failure_of("success()"), "1: success() works in `if` only");
}

TEST(Evaluator, HasALimitOnDepthAndLength) {
    const std::string deep = std::string(201, '(') + "1" + std::string(201, ')');
    const std::string negated = std::string(200, '!') + "true";
    std::string chain = "true";
    for (int i = 0; i < 500; ++i) chain += " && true";

    EXPECT_EQ(failure_of(deep), "201: nested deeper than 200 levels");
    EXPECT_EQ(failure_of(negated), "51: nested deeper than 50 levels");
    EXPECT_EQ(failure_of(chain), "true");
    EXPECT_EQ(failure_of(std::string(21'001, ' ')), "0: longer than 21000 characters");
}

TEST(Evaluator, StopsExpressionsThatGrow) {
    Contexts contexts;
    contexts.set("env", Value::object({{"big", Value::string(std::string(1 << 20, 'x'))}}));
    std::string doubled = "format('{0}{0}{0}{0}', env.big)";
    for (int i = 0; i < 8; ++i) doubled = "format('{0}{0}{0}{0}', " + doubled + ")";

    EXPECT_NE(failure_of(doubled, contexts).find("too much text"), std::string::npos);
}
