#pragma once
// The entries of the table of built-in actions that are about artifacts and caches.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

Task<StepResult> run_upload_artifact(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_merge_artifacts(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_download_artifact(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
/// Restores, and saves at the job's end where it succeeded.
Task<StepResult> run_cache(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_cache_restore(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_cache_save(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
