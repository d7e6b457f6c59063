#include "workflow/yaml/scalar.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

std::string env_value(const std::string& yaml) {
    const auto result = read_workflow("ci.yml", "env: { A: " + yaml + " }\n" + with_step("run: x"));
    return result.workflow ? result.workflow->env.at(0).second.text : "refused";
}

}  // namespace

// YAML 1.2 core schema; numbers become text as in expressions#functions
TEST(Scalar, PlainTextHasATypeAndQuotedHasNot) {
    for (const auto& [yaml, text] : std::vector<std::pair<std::string, std::string>>{
             {"on", "on"},
             {"yes", "yes"},
             {"off", "off"},
             {"true", "true"},
             {"TRUE", "true"},
             {"'TRUE'", "TRUE"},
             {"1.10", "1.1"},
             {"'1.10'", "1.10"},
             {"1e3", "1000"},
             {"0x10", "16"},
             {"0o17", "15"},
             {"010", "10"},
             {"-0.5", "-0.5"},
             {"1_000", "1_000"},
             {"1.2.3", "1.2.3"},
             {"2026-11-21", "2026-11-21"},
             {"12:30:45", "12:30:45"},
             {"~", ""},
             {"null", ""},
             {"'null'", "null"},
             {".inf", "Infinity"},
             {"-.INF", "-Infinity"},
             {".NaN", "NaN"},
             {"Infinity", "Infinity"},
             {"NaN", "NaN"},
             {"5e", "5e"},
             {"!!str 1.10", "1.10"},
             {"''", ""}}) {
        EXPECT_EQ(env_value(yaml), text) << yaml;
    }
}

TEST(Scalar, ANumberThatChangesIsWarnedAbout) {
    const auto problems =
        problems_of("env: { A: 1.10, B: '1.10', C: 12e03, D: 7 }\n" + with_step("run: x"));

    EXPECT_EQ(problems, "1:11 number-rewritten?, 1:31 number-rewritten?");
}
