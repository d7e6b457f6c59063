#include "workflow/problems.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace triphammer::workflow {

namespace {

using Codes = std::vector<std::string_view>;

std::string listed(const std::vector<model::Problem>& problems, const Codes& left_out) {
    std::string out;
    for (const auto& one : problems) {
        if (std::find(left_out.begin(), left_out.end(), one.code) != left_out.end()) continue;
        if (!out.empty()) out += ", ";
        out += std::to_string(one.at.line) + ":" + std::to_string(one.at.column) + " " + one.code;
        if (one.severity == model::Problem::Severity::warning) out += "?";
    }
    return out;
}

}  // namespace

std::string problems_of(const std::string& text, const ReadOptions& options) {
    return listed(read_workflow("ci.yml", text, options).problems, {});
}

std::string language_problems_of(const std::string& text) {
    return listed(read_workflow("ci.yml", text).problems, {"unsupported", "no-effect"});
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
