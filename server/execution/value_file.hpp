#pragma once
// The files that a step writes to: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_STATE and GITHUB_PATH.
// Source: docs.github.com, "Workflow commands for GitHub Actions".

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::execution {

using Values = std::vector<std::pair<std::string, std::string>>;

/// `NAME=value` lines and `NAME<<DELIMITER` blocks. Code::invalid with the line's number;
/// Code::too_large above 1 MiB. A file that is not there
/// is empty; a link, pipe or folder in its place is Code::refused.
Result<Values> read_value_file(const std::filesystem::path& path);
/// One entry a line (GITHUB_PATH).
Result<std::vector<std::string>> read_path_file(const std::filesystem::path& path);
/// What GITHUB_ENV may not set: NODE_OPTIONS, and GitHub's default variables but CI.
/// Source: docs.github.com, "Variables reference", "Default environment variables".
bool is_reserved_variable(std::string_view name);

/// What a step wrote to GITHUB_STEP_SUMMARY. Code::too_large above 1 MiB; else as above.
Result<std::string> read_summary_file(const std::filesystem::path& path);

}  // namespace triphammer::execution
