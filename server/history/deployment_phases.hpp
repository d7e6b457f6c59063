#pragma once
// The stop-watch of a deployment: from the event that it came of to its end, without a gap.

#include "base/clock.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/sqlite/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::history {

/// Each ends where the next one begins, so they add up to the whole.
struct TimedPhase {
    std::string job;  // its key; empty: of no job
    std::string name;
    TimePoint from;
    std::optional<TimePoint> to;  // nothing: it goes on
};

/// From the receipt of what the run was made for, through the jobs that the deployment's waited for
/// (of those that ended side by side the last one), to the deployment's own steps and end. Of a
/// re-run from the moment that its first job was to begin. Of a deployment whose job has been run
/// again since, only its own begin and end are known. Empty where it has not begun.
std::vector<TimedPhase> list_phases(store::Connection& db, const store::DeploymentRow& deployment);

}  // namespace triphammer::history
