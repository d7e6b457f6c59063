#pragma once

#include "launcher/launcher.hpp"

namespace triphammer::launcher {

/// Whether the kernel says that the other end of a connected Unix socket is the daemon's user, or
/// ours. A refusal is logged.
bool may_connect(const Settings& settings, int socket);

}  // namespace triphammer::launcher
