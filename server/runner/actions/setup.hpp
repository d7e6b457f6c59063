#pragma once
// actions/setup-python, -node, -go, -java, built in: they choose among what the machine or the
// image has, and say what that is. Nothing is downloaded.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

Task<StepResult> run_setup_python(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_setup_node(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_setup_go(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
Task<StepResult> run_setup_java(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
