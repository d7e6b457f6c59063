#pragma once

#include "cli/command.hpp"

namespace triphammer::cli {

/// The daemon's list where one runs, else what can be seen from here.
int doctor_command(const Invocation& invocation);

}  // namespace triphammer::cli
