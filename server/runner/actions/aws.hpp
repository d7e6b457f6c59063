#pragma once
// The actions of AWS, built in: programs of ours (runner/aws/program.hpp) that run as programs of
// actions do, in the job's place and network.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

Task<StepResult> run_configure_credentials(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
/// Logs this job's builds in, as docker/login-action does, and out again at the job's end.
Task<StepResult> run_ecr_login(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_render_task_definition(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_deploy_task_definition(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
