#pragma once
// Rules of steps that no table holds.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

#include <vector>

namespace triphammer::workflow {

/// A step is of one kind, and has the keys of that kind only.
void check_step(const Node& step, Report& report);
/// Ids that stand twice, and background steps that are not there. `steps`: a list.
void check_steps(const Node& steps, Report& report);
/// `run`: at most 21,000 characters.
void check_script(const Node& run, Report& report);
/// `shell`: one that is known, or a command with {0}.
void check_shell(const Node& shell, Report& report);
/// `timeout-minutes` of a step: a positive whole number.
void check_minutes(const Node& minutes, Report& report);

/// The steps in their order, those of parallel groups too.
std::vector<const Node*> flatten_steps(const Node& steps);

}  // namespace triphammer::workflow
