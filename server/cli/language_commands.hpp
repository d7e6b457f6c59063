#pragma once
// Commands about the workflow language: no server; only `import` may ask a forge.

#include "cli/command.hpp"

namespace triphammer::cli {

int lint(const Invocation& invocation);
int eval(const Invocation& invocation);
int plan_command(const Invocation& invocation);
int run_workflow(const Invocation& invocation);
int import_files(const Invocation& invocation);

}  // namespace triphammer::cli
