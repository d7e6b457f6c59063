#pragma once

#include "api/call/services.hpp"
#include "base/task.hpp"

namespace triphammer::app {

/// Where nobody has come in yet (no session, no token): makes a set-up link, writes it to
/// data/setup-link and prints it on standard error for a person at the terminal.
Task<> print_setup_notice(api::Services& services);

}  // namespace triphammer::app
