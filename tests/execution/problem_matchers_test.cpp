#include "execution/problem_matchers.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

/// A definition with one matcher of these patterns.
std::string definition(const std::string& patterns, const std::string& more = "") {
    return R"({"problemMatcher": [{"owner": "own", )" + more + R"("pattern": [)" + patterns +
           "]}]}";
}

constexpr const char* kCompact =
    R"({"regexp": "^(.+):\\sline\\s(\\d+),\\scol\\s(\\d+),\\s(Error|Warning|Info)\\s-\\s(.+)\\s\\((.+)\\)$",
    // as in the documentation
    "file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6})";

std::optional<Annotation> see(ProblemMatchers& matchers, std::string_view line) {
    auto found = matchers.see(line);
    EXPECT_TRUE(found);
    return found ? std::move(*found) : std::nullopt;
}

TEST(ProblemMatchers, ReadTheDocumentedExample) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(kCompact)));

    const auto note =
        see(matchers,
            "badFile.js: line 50, col 11, Error - 'myVar' is defined but never used. (no-x)");

    ASSERT_TRUE(note);
    EXPECT_EQ(note->level, "error");
    EXPECT_EQ(note->message, "'myVar' is defined but never used.");
    EXPECT_EQ(note->file, "badFile.js");
    EXPECT_EQ(note->title, "no-x");
    EXPECT_EQ(note->line, 50);
    EXPECT_EQ(note->column, 11);
    EXPECT_FALSE(see(matchers, "a.js: line 1, col 1, Info - for you (x)"));
    EXPECT_FALSE(see(matchers, "all is well"));
}

TEST(ProblemMatchers, SeeThroughColours) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(kCompact)));

    EXPECT_TRUE(see(matchers, "\x1b[1;31ma.js\x1b[0m: line 1, col 1, Error - no (x)"));
}

TEST(ProblemMatchers, FollowAProblemOverLines) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(
        R"({"regexp": "^error: (.+)$", "message": 1}, {"regexp": "^ --> (.+):(\\d+)$", "file": 1, "line": 2})",
        R"("severity": "Warning", )"
    )));

    EXPECT_FALSE(see(matchers, "error: first"));
    EXPECT_FALSE(see(matchers, "error: second"));
    const auto note = see(matchers, " --> src/main.rs:7");
    ASSERT_TRUE(note);
    EXPECT_EQ(note->level, "warning");
    EXPECT_EQ(note->message, "second");
    EXPECT_EQ(note->file, "src/main.rs");
    EXPECT_FALSE(see(matchers, " --> src/main.rs:8"));
    EXPECT_FALSE(see(matchers, "error: third"));
    matchers.forget_lines();
    EXPECT_FALSE(see(matchers, " --> src/main.rs:9"));
}

TEST(ProblemMatchers, TakeAFileFromBesideItsProject) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(
        R"({"regexp": "^(.+): (.+) \\[(.+)\\]$", "file": 1, "message": 2, "fromPath": 3})"
    )));

    EXPECT_EQ(see(matchers, "A.cs: no [src/app/app.csproj]")->file, "src/app/A.cs");
    EXPECT_EQ(see(matchers, "/A.cs: no [src/app/app.csproj]")->file, "/A.cs");
}

TEST(ProblemMatchers, ReplaceOneOfTheSameOwner) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(kCompact)));
    ASSERT_TRUE(matchers.add(definition(R"({"regexp": "^bad (.+)$", "message": 1})")));

    EXPECT_FALSE(see(matchers, "a.js: line 1, col 1, Error - no (x)"));
    EXPECT_EQ(see(matchers, "bad news")->message, "news");
    matchers.remove("own");
    EXPECT_TRUE(matchers.empty());
}

TEST(ProblemMatchers, TakeAwayTheOneThatTakesTooLong) {
    ProblemMatchers matchers;
    ASSERT_TRUE(matchers.add(definition(R"({"regexp": "(x+x+)+(x+x+)+(x+x+)+y", "message": 1})")));

    const auto seen = matchers.see('y' + std::string(4000, 'x'));

    EXPECT_EQ(seen.error().message, "the problem matcher 'own' takes too long and is taken away");
    EXPECT_TRUE(matchers.empty());
}

TEST(ProblemMatchers, RefuseWhatIsWrongAsAWhole) {
    ProblemMatchers matchers;
    for (const std::string& json :
         {std::string{"no JSON"},
          std::string{"[]"},
          std::string{R"({"problemMatcher": [{"pattern": []}]})"},
          definition(""),
          definition(R"j({"regexp": "(", "message": 0})j"),
          definition(R"j({"regexp": "(a)", "message": 2})j"),
          definition(R"j({"regexp": "(a)", "file": 1})j"),
          definition(R"j({"regexp": "(a)", "message": 1, "loop": true})j"),
          definition(R"j({"regexp": "a", "loop": true}, {"regexp": "(a)", "message": 1})j"),
          std::string(100'000, ' ')}) {
        EXPECT_EQ(matchers.add(json).error().code, Code::invalid) << json.substr(0, 100);
    }
    EXPECT_TRUE(matchers.empty());
}

}  // namespace
}  // namespace triphammer::execution
