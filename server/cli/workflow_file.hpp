#pragma once
// Workflow files as the command line reads and complains about them.

#include "cli/command.hpp"
#include "cli/paint.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::cli {

struct WorkflowText {
    std::string path;  // as it was typed
    std::string text;
    workflow::ReadResult read;
};

/// A file over the language's limit is refused unread: that is a problem in `read`, not an error.
/// `allow`: codes that are lowered to warnings.
Result<WorkflowText> read_workflow_file(
    const std::string& path, const std::vector<std::string>& allow
);

/// The same of a text that is there already.
WorkflowText read_workflow_text(
    std::string path, std::string text, const std::vector<std::string>& allow
);

/// The contract's `{file, line, column, severity, code, message, hint}`.
nlohmann::json to_json(const std::string& file, const model::Problem& problem);

/// "file:line:column: error: message (hint) [code]".
std::string to_text(const std::string& file, const model::Problem& problem, const Paint& paint);

}  // namespace triphammer::cli
