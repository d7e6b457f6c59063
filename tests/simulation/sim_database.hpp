#pragma once
// The tables of one world after the other.

#include "store/sqlite/database.hpp"
#include "support/clock.hpp"

#include <filesystem>
#include <memory>

namespace triphammer::simulation {

using testing::ManualClock;

/// In `folder`, with one connection.
Result<std::unique_ptr<store::Database>> open_database(
    const std::filesystem::path& folder, const ManualClock& clock
);

/// Empty but for the one repository, and all numbers begin at 1: a schedule plays the same, and
/// costs the same, wherever it stands in a series.
Result<> reset_database(store::Database& db);

}  // namespace triphammer::simulation
