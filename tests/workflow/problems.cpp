#include "workflow/problems.hpp"

#include <gtest/gtest.h>

namespace triphammer::workflow {

std::string problems_of(const std::string& text, const ReadOptions& options) {
    std::string out;
    for (const auto& one : read_workflow("ci.yml", text, options).problems) {
        if (!out.empty()) out += ", ";
        out += std::to_string(one.at.line) + ":" + std::to_string(one.at.column) + " " + one.code;
        if (one.severity == model::Problem::Severity::warning) out += "?";
    }
    return out;
}

std::string with_job(const std::string& job) {
    return "on: push\njobs:\n  j: " + job + "\n";
}

std::string with_step(const std::string& step) {
    return "on: push\njobs:\n  j:\n    runs-on: host\n    steps:\n    - " + step + "\n";
}

model::Workflow read(const std::string& text) {
    auto result = read_workflow("ci.yml", text);
    for (const auto& one : result.problems) ADD_FAILURE() << to_line("ci.yml", one);
    return result.workflow.value_or(model::Workflow{});
}

}  // namespace triphammer::workflow
