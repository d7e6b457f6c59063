#include "cli/workflow_file.hpp"

#include "base/file.hpp"
#include "base/zone_names.hpp"
#include "workflow/zones.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::cli {

namespace {

bool is_error(const model::Problem& problem) {
    return problem.severity == model::Problem::Severity::error;
}

/// One byte more than the limit is enough for the reader to refuse it.
Result<std::string> read_text(const std::string& path) {
    auto text = read_file(path, workflow::kMaxFileBytes);
    if (text || text.error().code != Code::too_large) return text;
    return std::string(workflow::kMaxFileBytes + 1, ' ');
}

}  // namespace

Result<WorkflowText> read_workflow_file(
    const std::string& path, const std::vector<std::string>& allow
) {
    auto text = read_text(path);
    if (!text) return text.error();
    return read_workflow_text(path, std::move(*text), allow);
}

WorkflowText read_workflow_text(
    std::string path, std::string text, const std::vector<std::string>& allow
) {
    workflow::ReadOptions options;
    options.allow = allow;
    auto read = workflow::read_workflow(path, text, options);
    workflow::check_zones(read, zone_names());
    return WorkflowText{std::move(path), std::move(text), std::move(read)};
}

nlohmann::json to_json(const std::string& file, const model::Problem& problem) {
    return {
        {"file", file},
        {"line", problem.at.line},
        {"column", problem.at.column},
        {"severity", is_error(problem) ? "error" : "warning"},
        {"code", problem.code},
        {"message", problem.message},
        {"hint", problem.hint},
    };
}

std::string to_text(const std::string& file, const model::Problem& problem, const Paint& paint) {
    const auto place = file + ":" + std::to_string(problem.at.line) + ":" +
                       std::to_string(problem.at.column) + ":";
    const auto severity = is_error(problem) ? paint.red("error:") : paint.yellow("warning:");
    const auto hint = problem.hint.empty() ? "" : " (" + problem.hint + ")";
    return paint.bold(place) + " " + severity + " " + problem.message + hint + " " +
           paint.faint("[" + problem.code + "]");
}

}  // namespace triphammer::cli
