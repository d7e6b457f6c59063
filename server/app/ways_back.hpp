#pragma once
// Whether what serves could be gone back from: each night the image of the last good deployment
// before it is looked for at the engine, then at its registry (docs/adr/0065).

#include "app/config.hpp"
#include "app/core.hpp"
#include "base/task.hpp"
#include "doctor/finding.hpp"

namespace triphammer::app {

/// Looks at 3:17 UTC, and at the start where that was slept through. Ends with its task group. On
/// the logic thread.
Task<> keep_ways_back(const Config& config, Core& core);

/// A warning for each that is gone, as the last night found it.
Task<doctor::Findings> examine_ways_back(store::Database& database);

}  // namespace triphammer::app
