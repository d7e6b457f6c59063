#pragma once
// Which actions a step may use.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

namespace triphammer::workflow {

/// A step with `uses`. Reports names of no form, actions that are not there, and inputs that they
/// do not have.
void check_action(const Node& step, Report& report);

}  // namespace triphammer::workflow
