#pragma once
// The drivers of `deploy`, by name.

#include "runner/deploy/target.hpp"

namespace triphammer::runner {

/// What `deploy.to` of the session's job names, connected to where it deploys. Code::invalid for
/// what this driver does not do, Code::unavailable where nobody answers.
Task<Result<std::unique_ptr<Target>>> make_target(JobSession& session, StepExecutor* place);

/// Of the engine that a job is about: the server's own, or the one that its deployment names.
const std::string& engine_of(const model::JobDocument& document);

/// Drivers that start a program where steps run: they need a place.
bool is_program(const std::string& driver);

}  // namespace triphammer::runner
