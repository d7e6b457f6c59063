#pragma once
// Composite actions: steps inside a step.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// GitHub's limit of actions inside each other.
inline constexpr int kDeepestAction = 10;

/// `call` and `found` outlive it.
Task<StepResult> run_composite(
    const ActionCall& call, const FoundAction& found, ActionInputs inputs
);

}  // namespace triphammer::runner
