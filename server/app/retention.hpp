#pragma once

#include "app/workshop.hpp"

namespace triphammer::app {

/// Removes what has expired, and copies of others' files (mirrors, `lfs`) that nobody uses any
/// more, until it is cancelled. All outlives it.
Task<> keep_retention(Workshop& shop, const Clock& clock, std::filesystem::path lfs);

}  // namespace triphammer::app
