#pragma once
// Commands about the workflow language: no server, no network.

#include "cli/command.hpp"

namespace triphammer::cli {

int lint(const Invocation& invocation);
int eval(const Invocation& invocation);
int plan_command(const Invocation& invocation);
int run_workflow(const Invocation& invocation);

}  // namespace triphammer::cli
