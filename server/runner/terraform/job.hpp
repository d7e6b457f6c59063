#pragma once

#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

/// A job of kind `terraform`, on a place that is prepared; both outlive it.
///
/// `plan`: each folder's init, validate and plan as steps of the run page; its hash, counts and
/// list for people and for later jobs: the outputs plan-hash, has-changes, changes, create, update,
/// replace and destroy. `apply`: a deployment (target.hpp).
Task<JobOutcome> run_terraform_job(Session& session, StepExecutor& place);

}  // namespace triphammer::runner
