#pragma once
// hashicorp/setup-terraform, built in: chooses among the Terraforms and OpenTofus that the machine
// or the image has. Nothing is downloaded.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

Task<StepResult> run_setup_terraform(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
