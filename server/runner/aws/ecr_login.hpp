#pragma once

#include "runner/aws/call.hpp"

namespace triphammer::runner {

/// aws-actions/amazon-ecr-login, without what Docker needs of it: names and passwords as outputs,
/// and the state `registries` for the runner, which logs its builds in and out again.
Task<Result<>> log_in_to_ecr(AwsCall call);

/// "docker_password_" and the registry, as an output may be called.
std::string login_output(std::string_view what, std::string_view registry);

}  // namespace triphammer::runner
