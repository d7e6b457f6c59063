#pragma once
// The launcher where no unit runs it: started by `serve` in a session of its own, once for a run
// directory. It outlives the daemon, as its runners do.

#include "app/config.hpp"
#include "base/result.hpp"
#include "base/spawn.hpp"

#include <string>
#include <vector>

namespace triphammer::app {

/// Does nothing when a launcher answers already.
Result<> start_launcher(const Config& config);

/// One of the caller's own; it ends when it is told to. `options`: more of `triphammer launcher`'s.
Result<Child> spawn_launcher(const Config& config, const std::vector<std::string>& options = {});

}  // namespace triphammer::app
