#pragma once
// The processes below one process, as /proc tells of them. Needs no right beyond that to signal
// them.

#include <sys/types.h>

namespace triphammer::supervisor {

/// Sends `number` to all of them, as they are now.
void signal_below(pid_t top, int number);

/// Stops them until no new one is found, so that none can start another meanwhile, then kills them.
void kill_below(pid_t top);

}  // namespace triphammer::supervisor
