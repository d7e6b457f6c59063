#pragma once
// Step 0 of each attempt, "Set up job". On the runner's only thread.

#include "base/result.hpp"
#include "base/task.hpp"
#include "model/states.hpp"

#include <string>

namespace triphammer::runner {

class Session;
class StepExecutor;

/// Its first line says where the job runs, and why there; `notes` are lines behind it. Then what
/// the steps run in is prepared; null: nothing has to be.
Task<Result<>> set_up_job(
    Session& session, std::string place, std::string notes, StepExecutor* executor
);

/// What a job failed of that never came to its steps.
model::Cause cause_of(const Error& error);

}  // namespace triphammer::runner
