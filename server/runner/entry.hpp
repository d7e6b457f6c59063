#pragma once

#include "runner/root_part.hpp"

namespace triphammer::runner {

/// Takes over what the launcher handed down (descriptors 3 and 4), joins the attempt's cgroup,
/// becomes a user of its own and runs it. `ahead`: what there is already. The program's exit
/// status.
int enter(Ahead ahead = {});

}  // namespace triphammer::runner
