#pragma once
// Reading a file in one line, for tables of problems.

#include "workflow/reader.hpp"

#include <string>
#include <vector>

namespace triphammer::workflow {

/// "line:column code" of each problem, joined by commas; warnings end in "?".
std::string problems_of(const std::string& text, const ReadOptions& options = {});

/// The same without what is only not supported yet: what the language itself says.
std::string language_problems_of(const std::string& text);

/// A workflow with one job whose mapping is `job` (YAML in one line).
std::string with_job(const std::string& job);
/// A workflow whose only step is `step` (YAML in one line).
std::string with_step(const std::string& step);

/// Fails the running test when the text has an error.
model::Workflow read(const std::string& text);

}  // namespace triphammer::workflow
