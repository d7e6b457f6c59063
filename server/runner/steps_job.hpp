#pragma once
// A job made of steps: which run, in what order, with what environment, and what it all comes to.

#include "runner/session/job_session.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

/// Runs every step whose condition holds, on an executor that is prepared. `session` outlives it.
Task<JobOutcome> run_steps_job(Session& session, StepExecutor& executor);

/// What a job that was stopped has come to.
JobOutcome stopped_outcome(const Session& session);

}  // namespace triphammer::runner
