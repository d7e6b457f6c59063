#pragma once

#include <string_view>

namespace triphammer::app {

/// The static runner, as it is carried inside this program.
std::string_view runner_program();

}  // namespace triphammer::app
