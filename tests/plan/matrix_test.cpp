#include "plan/matrix.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;
namespace expression = workflow::expression;

namespace {

/// One combination a line; or the error.
std::string expanded(const std::string& json) {
    const auto combinations = expand_matrix(expression::parse_json(json).value());
    if (!combinations) return combinations.error().message;
    std::string out;
    for (const auto& one : *combinations) {
        out += expression::to_compact_json(expression::Value::object(one)) + "\n";
    }
    return out;
}

std::size_t count(const std::string& json) {
    return expand_matrix(expression::parse_json(json).value()).value().size();
}

}  // namespace

// running-variations-of-jobs-in-a-workflow#using-a-matrix-strategy
TEST(Matrix, MakesEveryCombinationWithTheFirstAxisSlowest) {
    EXPECT_EQ(
        expanded(R"({"version": [10, 12], "os": ["ubuntu", "windows"]})"),
        "{\"version\":10,\"os\":\"ubuntu\"}\n"
        "{\"version\":10,\"os\":\"windows\"}\n"
        "{\"version\":12,\"os\":\"ubuntu\"}\n"
        "{\"version\":12,\"os\":\"windows\"}\n"
    );
}

// workflow-syntax#jobsjob_idstrategymatrixinclude, the page's example
TEST(Matrix, IncludeExtendsWithoutOverwritingOrAddsACombination) {
    EXPECT_EQ(
        expanded(R"({"fruit": ["apple", "pear"], "animal": ["cat", "dog"], "include": [
            {"color": "green"}, {"color": "pink", "animal": "cat"},
            {"fruit": "apple", "shape": "circle"}, {"fruit": "banana"},
            {"fruit": "banana", "animal": "cat"}]})"),
        "{\"fruit\":\"apple\",\"animal\":\"cat\",\"color\":\"pink\",\"shape\":\"circle\"}\n"
        "{\"fruit\":\"apple\",\"animal\":\"dog\",\"color\":\"green\",\"shape\":\"circle\"}\n"
        "{\"fruit\":\"pear\",\"animal\":\"cat\",\"color\":\"pink\"}\n"
        "{\"fruit\":\"pear\",\"animal\":\"dog\",\"color\":\"green\"}\n"
        "{\"fruit\":\"banana\"}\n"
        "{\"fruit\":\"banana\",\"animal\":\"cat\"}\n"
    );
}

TEST(Matrix, IncludeAloneGivesACombinationEach) {
    EXPECT_EQ(
        expanded(R"({"include": [{"site": "a"}, {"site": "b", "x": 1}]})"),
        "{\"site\":\"a\"}\n{\"site\":\"b\",\"x\":1}\n"
    );
}

// workflow-syntax#jobsjob_idstrategymatrixexclude: nine jobs
TEST(Matrix, ExcludeTakesEveryPartialMatchAway) {
    EXPECT_EQ(
        count(R"({"os": ["macos-latest", "windows-latest"], "version": [12, 14, 16],
            "environment": ["staging", "production"], "exclude": [
            {"os": "macos-latest", "version": 12, "environment": "production"},
            {"os": "windows-latest", "version": 16}]})"),
        9U
    );
}

TEST(Matrix, IncludeComesAfterExcludeAndCanBringBack) {
    EXPECT_EQ(
        expanded(
            R"({"v": [1, 2], "exclude": [{"v": "2"}, {"w": 1}], "include": [{"v": 2, "x": 3}]})"
        ),
        "{\"v\":1}\n{\"v\":2,\"x\":3}\n"
    );
}

TEST(Matrix, ValuesMayBeMapsAndLists) {
    EXPECT_EQ(
        expanded(R"({"node": [{"version": 14}, {"version": 20, "env": "N=1"}],
                     "exclude": [{"node": {"version": 14}}]})"),
        "{\"node\":{\"version\":20,\"env\":\"N=1\"}}\n"
    );
}

TEST(Matrix, SaysWhatIsWrong) {
    EXPECT_EQ(expanded("[]"), "the matrix is no map of lists");
    EXPECT_EQ(expanded(R"({"os": "linux"})"), "'os' is no list of values");
    EXPECT_EQ(expanded(R"({"os": []})"), "'os' has no value");
    EXPECT_EQ(expanded(R"({"include": [1]})"), "an entry of 'include' is no map");
    EXPECT_EQ(expanded(R"({"include": {}})"), "'include' is no list");
    EXPECT_EQ(expanded("{}"), "the matrix has no combination");
    EXPECT_EQ(expanded(R"({"v": [1], "exclude": [{"v": 1}]})"), "the matrix has no combination");
}

TEST(Matrix, HasALimit) {
    std::string list = "0";
    for (int i = 1; i < 16; ++i) list += "," + std::to_string(i);
    const auto square = "\"a\": [" + list + "], \"b\": [" + list + "]";

    EXPECT_EQ(count("{" + square + "}"), 256U);
    EXPECT_EQ(
        expanded("{" + square + ", \"include\": [{\"a\": 99}]}"), "more than 256 combinations"
    );
    EXPECT_EQ(expanded("{" + square + ", \"c\": [1, 2]}"), "more than 256 combinations");
    EXPECT_EQ(count("{" + square + ", \"c\": [1, 2], \"exclude\": [{\"c\": 2}]}"), 256U);
}

TEST(Matrix, NamesACombinationByItsValues) {
    const auto suffix = [](const std::string& json) {
        return to_suffix(expression::parse_json(json).value().as_object());
    };

    EXPECT_EQ(
        suffix(R"({"os": "linux", "node": 18, "flags": {"a": true, "b": [1.5]}})"),
        "(linux, 18, true, 1.5)"
    );
    EXPECT_EQ(suffix("{\"x\": \"" + std::string(200, 'y') + "\"}").size(), 102U);
}

// workflow-syntax#jobsjob_idstrategymatrix: expressions in any place
TEST(Matrix, EvaluatesExpressionsInTheFilesData) {
    expression::Contexts contexts;
    (void)contexts.add_json(R"({"needs": {"a": {"outputs": {"list": "[1, 2]"}}}})");
    model::Data list;
    list.kind = model::Data::Kind::text;
    list.text = "${{ fromJSON(needs.a.outputs.list) }}";
    model::Data number;
    number.kind = model::Data::Kind::number;
    number.text = "1.5";
    model::Data matrix;
    matrix.kind = model::Data::Kind::map;
    matrix.entries = {{"v", list}, {"n", number}};

    const auto value = evaluate_data(matrix, contexts).value();

    EXPECT_EQ(expression::to_compact_json(value), R"({"v":[1,2],"n":1.5})");
}
