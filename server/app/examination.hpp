#pragma once
// The server as its doctor sees it: what the daemon sees of itself, and what the launcher sees of
// the machine.

#include "app/config.hpp"
#include "app/core.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "doctor/finding.hpp"

#include <functional>
#include <string>
#include <utility>

namespace triphammer::app {

/// For the command line, in a process of one thread, where no daemon runs: looks at the machine
/// itself where no launcher answers either. Takes some seconds at most.
Task<doctor::Findings> examine_without_daemon(const Config& config, const Clock& clock);

/// The daemon's answer to GET /api/v1/doctor, kept for half a minute. All on the logic thread.
class Examination {
  public:
    /// Both outlive this object. `pause_reason`: why no job starts; empty: they do.
    Examination(const Config& config, Core& core, std::function<std::string()> pause_reason)
        : config_{config},
          clock_{core.clock},
          database_{*core.database},
          pause_reason_{std::move(pause_reason)} {}

    Task<std::string> report(bool fresh);

  private:
    const Config& config_;
    const Clock& clock_;
    store::Database& database_;
    std::function<std::string()> pause_reason_;
    std::string text_;
    Instant looked_at_;
};

}  // namespace triphammer::app
