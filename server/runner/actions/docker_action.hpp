#pragma once
// Actions that are containers: `runs.using: docker`, and steps with `uses: docker://IMAGE`.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// Builds or pulls the image and runs its programs; a post program is left with the job.
Task<StepResult> run_docker_action(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
);

/// `uses: docker://IMAGE` with `args` and `entrypoint`.
Task<StepResult> run_image_step(const ActionCall& call, execution::StopToken& stop);

}  // namespace triphammer::runner
