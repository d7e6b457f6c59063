#pragma once
// The entries of the table of built-in actions that are about artifacts and caches.

#include "runner/actions/call.hpp"
#include "runner/session/store_call.hpp"

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

/// At the job's end, where `condition` holds: saves what `inputs` say, unless `matched`, the key
/// that was restored, is theirs.
void save_at_end(
    const ActionCall& call,
    StoreInputs inputs,
    std::string matched,
    std::string condition = "success()"
);

}  // namespace triphammer::runner
