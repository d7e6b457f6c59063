#pragma once
// What setup actions do beside choosing a version: a registry for npm, packages by pip.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// `registry-url`, `scope` and `always-auth` of actions/setup-node: .npmrc in the job's temporary
/// folder, which takes the token from NODE_AUTH_TOKEN, and the variables that lead there.
Task<Result<>> configure_npm(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

/// `pip-version` and `pip-install` of actions/setup-python.
Task<Result<>> install_with_pip(
    const ActionCall& call,
    const ActionInputs& inputs,
    const std::string& python,
    execution::StopToken& stop
);

}  // namespace triphammer::runner
