#pragma once
// The drivers of AWS, by name.

#include "base/clock.hpp"
#include "runner/deploy/target.hpp"

#include <string_view>

namespace triphammer::runner {

/// ecs, apprunner, alb.
bool is_of_aws(std::string_view driver);

/// What `deploy.to` of the session's job names. Code::invalid for what it does not do, and where
/// keys or a region are missing. `clock` outlives it.
Task<Result<std::unique_ptr<Target>>> make_aws_target(JobSession& session, const Clock& clock);

}  // namespace triphammer::runner
