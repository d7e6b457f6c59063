#pragma once
// Which actions a step may use.

#include "workflow/node.hpp"
#include "workflow/report.hpp"

namespace triphammer::workflow {

/// `step` has `uses`. Reports actions that are not there, and inputs that they do not have.
void check_action(const Node& step, Report& report);

}  // namespace triphammer::workflow
