#pragma once
// Findings of scanners. Pure. Source: SARIF 2.1.0 (OASIS), sections 3.14 (run), 3.27 (result).

#include "results/part.hpp"

namespace triphammer::results {

/// Code::invalid where it is no such file.
Result<std::vector<Finding>> read_sarif(std::string_view text, std::string_view workspace);

}  // namespace triphammer::results
