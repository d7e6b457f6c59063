#include "workflow/reader.hpp"

#include "workflow/build.hpp"
#include "workflow/checks/checker.hpp"
#include "workflow/checks/needs.hpp"
#include "workflow/yaml/yaml.hpp"

namespace triphammer::workflow {

namespace {

/// Answers what only the files that it calls can say more about.
std::vector<model::CalledOutput> check_file(
    const Node& root, std::string_view text, Report& report
) {
    const Source source{text};
    Checker checker{source, report};
    checker.check(root, kWorkflowShape, "");
    check_references(root, checker.references(), source, report);
    if (const auto* jobs = root.find("jobs")) check_needs(*jobs, report);
    return list_called_outputs(root, checker.references(), source);
}

}  // namespace

ReadResult read_workflow(std::string_view path, std::string_view text, const ReadOptions& options) {
    ReadResult result;
    Report report{options.allow};
    const auto document = read_yaml(text, report);
    const auto* root = document ? document->root : nullptr;
    std::vector<model::CalledOutput> called_outputs;
    if (root != nullptr) {
        called_outputs = check_file(*root, text, report);
    } else if (!report.has_errors()) {
        report.error("empty-file", {1, 1}, "the file is empty", "a workflow needs on and jobs");
    }
    result.name = workflow_name(root, path);
    if (!report.has_errors()) {
        result.workflow = build_workflow(*root, path);
        result.workflow->called_outputs = std::move(called_outputs);
    }
    result.problems = std::move(report).take();
    return result;
}

std::string to_line(std::string_view path, const model::Problem& problem) {
    const bool is_error = problem.severity == model::Problem::Severity::error;
    auto line = std::string{path} + ":" + std::to_string(problem.at.line) + ":" +
                std::to_string(problem.at.column) + ": " + (is_error ? "error: " : "warning: ") +
                problem.message + " [" + problem.code + "]";
    if (!problem.hint.empty()) line += " (" + problem.hint + ")";
    return line;
}

}  // namespace triphammer::workflow
