#pragma once

#include "cli/command.hpp"

#include <nlohmann/json_fwd.hpp>

namespace triphammer::cli {

/// Waits on screen for the ping that GitHub sends for a new hook, or was asked for, half a minute
/// at most; then says what is in the way. `hook` is the API's answer: full_name, url, pinged_at (of
/// an earlier one), listening. The exit status.
int await_ping(const Invocation& invocation, const nlohmann::json& hook);

}  // namespace triphammer::cli
