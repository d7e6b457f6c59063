#pragma once

#include "execution/network.hpp"

#include <optional>

namespace triphammer::runner {

/// Takes over what the launcher handed down (descriptors 3 and 4), joins the attempt's cgroup and
/// runs it. `network`: one that was made ahead. The program's exit status.
int enter(std::optional<execution::Network> network = {});

}  // namespace triphammer::runner
