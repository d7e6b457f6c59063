#pragma once
// Which actions a step may use.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

/// A step with `uses`. Reports names of no form, actions that are not there, and inputs that they
/// do not have.
void check_action(const Node& step, Report& report);

/// The inputs that the built-in action `name` (without its version) has; none: it is not built in.
std::vector<std::string> list_inputs(std::string_view name);

}  // namespace triphammer::workflow
