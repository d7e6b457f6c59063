#pragma once

#include "cli/command.hpp"

namespace triphammer::cli {

/// Exit statuses are those of a start (app/core.hpp): 4 damaged, 5 in use, 6 of a newer release.
int restore(const Invocation& invocation);

}  // namespace triphammer::cli
