#pragma once
// `triphammer run --replay FILE`: a run's export (history/export.hpp) carried out once more, on the
// working tree.

#include "cli/run_options.hpp"

#include <filesystem>

namespace triphammer::cli {

/// Takes workflow, event, payload and variables from the export that `options.replay` names;
/// what was given on the command line goes first. `folder` gets its files. Code::invalid for
/// another file, Code::not_found.
Result<> use_export(RunOptions& options, const std::filesystem::path& folder);

/// "this tree is at …, the run was of …"; empty where they are the same commit.
std::string compare_commits(const RunOptions& options, const std::string& tree_sha);

}  // namespace triphammer::cli
