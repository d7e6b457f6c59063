#pragma once
// Rules about the jobs together.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

namespace triphammer::workflow {

/// Unknown names in `needs`, names given twice, and cycles. `jobs` may be anything.
void check_needs(const Node& jobs, Report& report);

}  // namespace triphammer::workflow
