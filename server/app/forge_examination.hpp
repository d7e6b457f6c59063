#pragma once
// The facts of `triphammer doctor github`, asked of GitHub.

#include "app/config.hpp"
#include "app/core.hpp"
#include "base/task.hpp"
#include "github/clients.hpp"

#include <string>

namespace triphammer::app {

/// All on the logic thread. Everything outlives the call. Some requests for each repository, one
/// after the other; `repository` (OWNER/NAME) is the only one then. JSON as doctor::to_json_text.
Task<Result<std::string>> examine_forge(
    const Config& config,
    Core& core,
    github::App& app,
    github::Clients& clients,
    std::string repository
);

}  // namespace triphammer::app
