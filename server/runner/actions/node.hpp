#pragma once
// JavaScript actions: a program for a Node that is here already.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// Runs the main program; a post program is left with the job.
Task<StepResult> run_node_action(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
);

}  // namespace triphammer::runner
