#pragma once
// The server as its doctor sees it: what the daemon sees of itself, and what the launcher sees of
// the machine.

#include "api/call/services.hpp"
#include "app/config.hpp"
#include "app/disk_guard.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "doctor/finding.hpp"

#include <string>

namespace triphammer::app {

/// For the command line, in a process of one thread, where no daemon runs: looks at the machine
/// itself where no launcher answers either. Takes some seconds at most.
Task<doctor::Findings> examine_without_daemon(const Config& config, const Clock& clock);

/// The daemon's answer to GET /api/v1/doctor, kept for half a minute. All on the logic thread.
class Examination {
  public:
    /// All outlive this object.
    Examination(const Config& config, const api::Services& services, DiskGuard& disk)
        : config_{config}, services_{services}, disk_{disk} {}

    Task<std::string> report(bool fresh);

  private:
    std::string pause_remedy();
    Task<> add_queue(doctor::Findings& findings);

    const Config& config_;
    const api::Services& services_;  // whether jobs start
    DiskGuard& disk_;
    std::string text_;
    Instant looked_at_;
};

}  // namespace triphammer::app
