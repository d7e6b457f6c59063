#pragma once
// What can be said of a matrix before its expressions are evaluated.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::workflow {

/// GitHub's limit of jobs that one matrix makes.
inline constexpr std::size_t kMaxMatrix = 256;

/// No variable, a variable without values, more than 256 combinations.
void check_matrix(const Node& matrix, Report& report);

/// The properties that the `matrix` context of this job has, as far as the file says; nothing where
/// an expression decides.
std::optional<std::vector<std::string>> matrix_properties(const Node& job);

}  // namespace triphammer::workflow
