#include "runner/actions/setup_matchers.hpp"

#include "execution/problem_matchers.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

using execution::ProblemMatchers;

/// What lines of a tool's output become: LEVEL FILE:LINE:COLUMN MESSAGE [TITLE], one a line.
std::string read_output(std::string_view tool, const std::vector<std::string>& lines) {
    ProblemMatchers matchers;
    EXPECT_TRUE(matchers.add(matchers_of(tool)));
    std::string out;
    for (const auto& line : lines) {
        const auto found = matchers.see(line);
        EXPECT_TRUE(found);
        if (!found || !*found) continue;
        const auto& note = **found;
        out += note.level + " " + note.file + ":" + std::to_string(note.line) + ":" +
               std::to_string(note.column) + " " + note.message + " [" + note.title + "]\n";
    }
    return out;
}

TEST(SetupMatchers, ReadTracebacks) {
    EXPECT_EQ(
        read_output(
            "python",
            {"Traceback (most recent call last):",
             R"(  File "/home/runner/workspace/app.py", line 9, in <module>)",
             "    main()",
             R"(  File "/home/runner/workspace/app.py", line 4, in main)",
             R"(    raise ValueError(f"no {name}"))",
             "ValueError: no bread"}
        ),
        "error /home/runner/workspace/app.py:4:0 no {name} [ValueError]\n"
    );
    EXPECT_EQ(
        read_output("python", {R"(  File "a.py", line 9, in f)", "    raise StopIteration"}), ""
    );
}

TEST(SetupMatchers, ReadTypeScriptAndESLint) {
    EXPECT_EQ(
        read_output("node", {"src/a b.ts(3,5): error TS2322: Type 'string' (x): no."}),
        "error src/a b.ts:3:5 Type 'string' (x): no. [TS2322]\n"
    );
    EXPECT_EQ(
        read_output(
            "node",
            {"",
             "\x1b[4m/home/runner/workspace/a.js\x1b[24m",
             "   1:10  \x1b[31merror\x1b[39m    'x' is defined  but never used  no-unused-vars",
             "  12:1   warning  Missing semicolon                  semi",
             "  13:1   error    Parsing error: no",
             "",
             "2 problems"}
        ),
        "error /home/runner/workspace/a.js:1:10 'x' is defined  but never used [no-unused-vars]\n"
        "warning /home/runner/workspace/a.js:12:1 Missing semicolon [semi]\n"
        "error /home/runner/workspace/a.js:13:1 Parsing error: no []\n"
    );
    EXPECT_EQ(
        read_output(
            "node",
            {"/w/a.js: line 5, col 11, Error - No (really). (no-x)",
             "/w/a.js: line 6, col 1, Warning - Parsing failed."}
        ),
        "error /w/a.js:5:11 No (really). [no-x]\n"
        "warning /w/a.js:6:1 Parsing failed. []\n"
    );
}

TEST(SetupMatchers, ReadGosCompilerAndVet) {
    EXPECT_EQ(
        read_output(
            "go",
            {"# example.com/app",
             "./main.go:8:2: undefined: x",
             "vet: ./main.go:9:5: y declared and not used",
             "../lib/a.go:3: cgo says no",
             "    main_test.go:12: got 1",
             "\t/usr/lib/go/src/runtime/proc.go:271 +0x29d"}
        ),
        "error ./main.go:8:2 undefined: x []\n"
        "error ./main.go:9:5 y declared and not used []\n"
        "error ../lib/a.go:3:0 cgo says no []\n"
    );
}

TEST(SetupMatchers, ReadWhatNobodyCaught) {
    EXPECT_EQ(
        read_output(
            "java", {R"(Exception in thread "main" java.lang.IllegalStateException: out of tea)"}
        ),
        "error :0:0 out of tea [java.lang.IllegalStateException]\n"
    );
}

// Workflows take them away by these names: ::remove-matcher owner=NAME::
TEST(SetupMatchers, HaveTheOwnersOfThePublicActions) {
    const auto owners_of = [](std::string_view tool) {
        std::string out;
        for (const auto& one : execution::read_problem_matchers(matchers_of(tool)).value()) {
            out += one.owner + " ";
        }
        return out;
    };

    EXPECT_EQ(owners_of("python"), "python ");
    EXPECT_EQ(owners_of("node"), "tsc eslint-stylish eslint-compact ");
    EXPECT_EQ(owners_of("go"), "go ");
    EXPECT_EQ(owners_of("java"), "java ");
}

}  // namespace
}  // namespace triphammer::runner
