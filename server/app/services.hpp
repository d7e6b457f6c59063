#pragma once

#include "api/call/services.hpp"
#include "app/config.hpp"
#include "app/core.hpp"

namespace triphammer::app {

/// What the API's handlers work with; callbacks and the daemon's own parts are left empty.
api::Services make_services(const Config& config, Core& core, api::LiveHub& live);

/// Shown by `version`, in `hello` and in OpenAPI.
std::string version();

}  // namespace triphammer::app
