#pragma once
// The roles, and what is said about the program itself.

#include "cli/command.hpp"

namespace triphammer::cli {

int serve(const Invocation& invocation);
int launcher(const Invocation& invocation);
int config_check(const Invocation& invocation);
int show_routes(const Invocation& invocation);
int show_version(const Invocation& invocation);

}  // namespace triphammer::cli
