#include "workflow/expression/functions.hpp"

#include "workflow/expression/cases.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow::expression;

// expressions#contains
TEST(Functions, Contains) {
    expect_all({
        {"contains('Hello world', 'llo')", "true"},
        {"contains('Hello world', 'LLO')", "true"},
        {"contains('Hello world', '')", "true"},
        {"contains('Hello world', 'x')", "false"},
        {"contains(12345, 34)", "true"},
        {"contains(true, 'RU')", "true"},
        {"contains(null, 'n')", "false"},
        {"contains(fromJSON('[\"push\", \"pull_request\"]'), 'Push')", "true"},
        {"contains(fromJSON('[\"push\"]'), 'pus')", "false"},
        {"contains(fromJSON('[1, 2]'), '2')", "true"},
        {"contains(fromJSON('{\"a\": 1}'), 'a')", "false"},
        {"contains('a', fromJSON('[]'))", "false"},
        {"CONTAINS('a', 'A')", "true"},
    });
}

// expressions#startswith, expressions#endswith
TEST(Functions, StartsAndEnds) {
    expect_all({
        {"startsWith('Hello world', 'He')", "true"},
        {"startsWith('Hello world', 'he')", "true"},
        {"startsWith('Hello', 'world')", "false"},
        {"startsWith('refs/heads/main', 'refs/heads/')", "true"},
        {"startsWith(123, 12)", "true"},
        {"startsWith('a', '')", "true"},
        {"endsWith('Hello world', 'ld')", "true"},
        {"endsWith('Hello world', 'LD')", "true"},
        {"endsWith('ld', 'world')", "false"},
        {"endsWith(fromJSON('[]'), '')", "false"},
    });
}

// expressions#format
TEST(Functions, Format) {
    expect_all({
        {"format('Hello {0} {1} {2}', 'Mona', 'the', 'Octocat')", R"("Hello Mona the Octocat")"},
        {"format('{{Hello {0} {1} {2}!}}', 'Mona', 'the', 'Octocat')",
         R"("{Hello Mona the Octocat!}")"},
        {"format('{1}{0}{1}', 'a', 'b')", R"("bab")"},
        {"format('{0}', 1.50)", R"("1.5")"},
        {"format('{0}{1}', null, true)", R"("true")"},
        {"format('{{0}}', 'x')", R"("{0}")"},
        {"format('{{{0}}}', 'x')", R"("{x}")"},
        {"format('plain')", R"("plain")"},
    });
    EXPECT_EQ(
        failure_of("format('{1}', 'a')"), "1: format: {1} has no value: 1 was given, at character 1"
    );
    EXPECT_EQ(failure_of("format('{x}', 'a')"), "1: format: '{x}' is not {N}, at character 1");
    EXPECT_EQ(
        failure_of("format('a {', 'a')"),
        "1: format: '{' without '}' (a brace is written '{{'), at character 3"
    );
    EXPECT_EQ(
        failure_of("format('a }', 'a')"),
        "1: format: '}' alone (a brace is written '}}'), at character 3"
    );
}

// expressions#join
TEST(Functions, Join) {
    expect_all({
        {"join(fromJSON('[\"bug\", \"help wanted\"]'), ', ')", R"("bug, help wanted")"},
        {"join(fromJSON('[1, true, null, \"x\"]'))", R"("1,true,,x")"},
        {"join('text', '-')", R"("text")"},
        {"join(fromJSON('[]'), '-')", R"("")"},
        {"join(fromJSON('[[1], {}]'), ' ')", R"("Array Object")"},
    });
}

// expressions#tojson, expressions#fromjson
TEST(Functions, Json) {
    expect_all({
        {"toJSON('a\"b')", R"("\"a\\\"b\"")"},
        {"toJSON(null)", R"("null")"},
        {"toJSON(1.50)", R"("1.5")"},
        {"toJSON(fromJSON('{\"b\": [1, 2], \"a\": {}, \"c\": []}'))",
         R"("{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": {},\n  \"c\": []\n}")"},
        {"fromJSON('true')", "true"},
        {"fromJSON('3') > 2", "true"},
        {"fromJSON('\"text\"')", R"("text")"},
        {"fromJSON('null')", "null"},
        {"fromJSON('{\"a\": {\"b\": [10]}}').A.b[0]", "10"},
        {"fromJSON(toJSON(fromJSON('{\"z\": 1, \"a\": 2}')))", R"({"z":1,"a":2})"},
    });
    EXPECT_EQ(failure_of("fromJSON('')"), "1: fromJSON was given an empty text");
    EXPECT_EQ(failure_of("fromJSON('[1,')"), "1: fromJSON: not valid JSON at byte 4");
}

// expressions#case
TEST(Functions, Case) {
    const auto contexts = contexts_of(R"({"github": {"ref": "refs/heads/staging"}})");

    expect_all(
        {
            {"case(github.ref == 'refs/heads/main', 'production', 'development')",
             R"("development")"},
            {"case(github.ref == 'refs/heads/main', 'production', github.ref == "
             "'refs/heads/staging', 'staging', "
             "startsWith(github.ref, 'refs/heads/feature/'), 'development', 'unknown')",
             R"("staging")"},
            {"case(false, fromJSON('{'), 'rest')", R"("rest")"},
        },
        contexts
    );
    EXPECT_EQ(failure_of("case('x', 1, 2)"), "6: a predicate of case must be true or false");
    EXPECT_EQ(
        failure_of("case(true, 1, false, 2)"),
        "1: case takes pairs of predicate and value, and a default at the end"
    );
}

namespace {

class FixedHash : public Outside {
  public:
    Result<std::string> hash_files(const std::vector<std::string>& patterns) override {
        seen = patterns;
        return std::string{"abc123"};
    }

    std::vector<std::string> seen;
};

}  // namespace

// expressions#hashfiles
TEST(Functions, HashFilesAsksTheOutside) {
    FixedHash outside;
    Contexts contexts;
    contexts.outside = &outside;

    expect_all({{"hashFiles('**/package-lock.json', '!x')", R"("abc123")"}}, contexts);

    EXPECT_EQ(outside.seen, (std::vector<std::string>{"**/package-lock.json", "!x"}));
    EXPECT_EQ(failure_of("hashFiles('x')"), "1: hashFiles works inside a running job only");
}

TEST(Functions, NamesWhatIsWrongWithACall) {
    EXPECT_EQ(
        failure_of("contain('a', 'b')"), "1: unknown function 'contain'; did you mean 'contains'?"
    );
    EXPECT_EQ(failure_of("contains('a')"), "1: contains takes 2 arguments");
    EXPECT_EQ(failure_of("join()"), "1: join takes at least 1 argument");
    EXPECT_EQ(failure_of("join('a', 'b', 'c')"), "1: join takes at most 2 arguments");
    EXPECT_EQ(failure_of("success(1)"), "1: success takes no argument");
}
