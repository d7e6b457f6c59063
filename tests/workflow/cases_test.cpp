// The language key by key as a table: cases.txt, one workflow after "==== NAME: OUTCOME".
#include "base/file.hpp"
#include "base/text.hpp"
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

constexpr std::string_view kMark = "==== ";

struct Case {
    std::string name;
    std::string outcome;  // "ok", or "code line:column"
    std::string text;
};

std::vector<Case> read_cases() {
    const auto text = read_file(TRIPHAMMER_SOURCE_DIR "/tests/workflow/cases.txt", 1U << 20U);
    std::vector<Case> out;
    for (const auto line : split(text.value(), '\n')) {
        if (line.starts_with(kMark)) {
            const auto colon = line.find(": ");
            out.push_back(
                {std::string{line.substr(kMark.size(), colon - kMark.size())},
                 std::string{line.substr(colon + 2)},
                 {}}
            );
        } else if (!out.empty()) {
            out.back().text += std::string{line} + "\n";
        }
    }
    return out;
}

/// Empty where the file is read as wanted.
std::string difference(const Case& one) {
    const auto result = read_workflow("case.yml", one.text);
    std::string found;
    for (const auto& problem : result.problems) {
        if (problem.severity != model::Problem::Severity::error) continue;
        const auto place =
            std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column);
        if (problem.code + " " + place == one.outcome) return {};
        found += to_line("", problem) + "\n";
    }
    if (one.outcome == "ok") return found;
    return found.empty() ? "no error" : found;
}

}  // namespace

// Workflow syntax, Events that trigger workflows, Contexts reference
TEST(Cases, AreReadAsTheDocumentationSays) {
    const auto cases = read_cases();

    for (const auto& one : cases) EXPECT_EQ(difference(one), "") << one.name << "\n" << one.text;

    EXPECT_GE(cases.size(), 300U);
}
