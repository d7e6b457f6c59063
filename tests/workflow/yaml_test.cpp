#include "workflow/yaml/yaml.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

std::string yaml_problems(const std::string& text) {
    Report report{{}};
    (void)read_yaml(text, report);
    std::string out;
    for (const auto& one : std::move(report).take()) {
        if (!out.empty()) out += ", ";
        out += std::to_string(one.at.line) + ":" + std::to_string(one.at.column) + " " + one.code;
    }
    return out;
}

}  // namespace

TEST(Yaml, RefusesWhatTheLanguageDoesNotHave) {
    EXPECT_EQ(yaml_problems("a: 1\nb: 2\na: 3"), "3:1 duplicate-key");
    EXPECT_EQ(yaml_problems("a: 1\nA: 3"), "2:1 duplicate-key");
    EXPECT_EQ(yaml_problems("a: 1\n---\nb: 2"), "2:1 second-document");
    EXPECT_EQ(yaml_problems("x: &x { a: 1 }\ny:\n  <<: *x"), "3:3 merge-key");
    EXPECT_EQ(yaml_problems("a: !ruby/object x"), "1:4 tag");
    EXPECT_EQ(yaml_problems("if: !cancelled()"), "1:5 tag");
    EXPECT_EQ(yaml_problems("? [a]\n: b"), "1:3 invalid-key");
    EXPECT_EQ(yaml_problems("a: &x [ *x ]"), "1:9 alias");
    EXPECT_EQ(yaml_problems("a: *nowhere"), "1:4 yaml");
    EXPECT_EQ(yaml_problems("a: [1"), "1:4 yaml");
    EXPECT_EQ(yaml_problems("a: b: c"), "1:5 yaml");
    EXPECT_EQ(yaml_problems("a: 'it''s\n"), "1:4 yaml");
    EXPECT_EQ(yaml_problems("a: \"x\\\"\n"), "1:4 yaml");
    EXPECT_EQ(yaml_problems("a: \xff"), "1:1 encoding");
    EXPECT_EQ(yaml_problems("a: x\nb: \x01"), "2:4 encoding");
    EXPECT_EQ(yaml_problems(std::string("a\0b\0", 4)), "1:2 encoding");
    EXPECT_EQ(yaml_problems(std::string(60, '[') + std::string(60, ']')), "1:51 too-deep");
    EXPECT_EQ(yaml_problems("a: " + std::string(2'000, '[')), "1:1004 too-deep");
    EXPECT_EQ(yaml_problems(std::string(49, '[') + std::string(49, ']')), "");
    EXPECT_EQ(yaml_problems(std::string(256 * 1024 + 1, ' ')), "1:1 too-large");
}

TEST(Yaml, AcceptsAnchorsTagsOfTheCoreSchemaAndABom) {
    EXPECT_EQ(yaml_problems("a: &x [1]\nb: *x\nc: !!str 5\nd: '<<'"), "");
    EXPECT_EQ(
        yaml_problems("\xef\xbb\xbf"
                      "a: 1"),
        ""
    );
    EXPECT_EQ(yaml_problems("---\na: 1\n...\n"), "");
    EXPECT_EQ(
        yaml_problems("\xef\xbb\xbf"
                      "a: 'it''s'\nb: \"x\\\"\"\n"),
        ""
    );
    EXPECT_EQ(yaml_problems("a: &x 'b'\n"), "");
    EXPECT_EQ(yaml_problems("a: gr\xc3\xbc\xc3\x9f\r\nb: 1\r\n"), "");
}

TEST(Yaml, CountsAliasesAsIfWrittenOut) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 1; k < 10; ++k) text += ", " + before;
        text += "]\n";
    }

    EXPECT_NE(yaml_problems(text).find("too-large"), std::string::npos);
}

TEST(Yaml, EmptyFilesAreNamed) {
    for (const auto* text : {"", "\n\n", "# nothing\n", "---\n", "~"}) {
        EXPECT_EQ(problems_of(text), "1:1 empty-file") << text;
    }
}

TEST(Yaml, TooManyProblemsDoNotHideThatThereAreErrors) {
    std::string env = "on: push\nenv:\n";
    for (int i = 0; i < 300; ++i) env += "  A" + std::to_string(i) + ": 1.0\n";
    env += "jobs: 3\n";

    const auto result = read_workflow("ci.yml", env);

    EXPECT_FALSE(result.workflow);
    EXPECT_EQ(result.problems.back().code, "wrong-type");
}

TEST(Yaml, TellsANewcomerWhatToDo) {
    const auto hint = [](const std::string& text) {
        return read_workflow("ci.yml", text).problems.at(0).hint;
    };

    EXPECT_EQ(hint("on: push\njobs:\n\ta: {}\n"), "indent with blanks, not with tabs");
    EXPECT_EQ(hint("name: a: b\n"), "a ': ' inside of a value needs quotes around the whole value");
    EXPECT_EQ(hint("on: { a: 1 b: 2 }\n"), "a , or } is missing");
    EXPECT_EQ(hint("on: *.js\n"), "a value that begins with * needs quotes");
}
