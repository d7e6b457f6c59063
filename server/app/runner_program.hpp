#pragma once

#include "base/result.hpp"

#include <string>

namespace triphammer::app {

/// The static runner, which is carried inside this program as a zstd frame.
Result<std::string> runner_program();

}  // namespace triphammer::app
