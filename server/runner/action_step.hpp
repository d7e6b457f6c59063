#pragma once
// A step with `uses`: which code carries it out.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// An action of another repository, by a commit.
bool is_remote_action(const model::Step& step);

/// `call` outlives it.
Task<StepResult> run_action_step(const ActionCall& call, execution::StopToken& stop);

}  // namespace triphammer::runner
