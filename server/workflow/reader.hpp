#pragma once
// Reads a workflow file: YAML with positions, checked against the language's tables, into
// model::Workflow. Pure; any thread. No input takes longer than 150 ms or more than 64 MB.

#include "model/workflow.hpp"
#include "workflow/yaml/yaml.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

struct ReadOptions {
    /// Codes of problems that are lowered from error to warning (`untrusted-interpolation`, …).
    std::vector<std::string> allow;
};

struct ReadResult {
    /// Set when no problem is an error.
    std::optional<model::Workflow> workflow;
    /// All of them, by position.
    std::vector<model::Problem> problems;
    /// The file's `name`, or its path: also for a file that cannot be used, as far as it could be
    /// read.
    std::string name;
};

/// `path` as in the repository, or "pipeline:NAME".
ReadResult read_workflow(
    std::string_view path, std::string_view text, const ReadOptions& options = {}
);

/// "path:line:column: error: message [code]", as `triphammer lint` prints it; the hint follows in
/// brackets where there is one.
std::string to_line(std::string_view path, const model::Problem& problem);

}  // namespace triphammer::workflow
