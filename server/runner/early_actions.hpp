#pragma once
// What actions of other repositories do before the job's first step: they are fetched, and their
// `pre` programs run, in the order of their steps.

#include "runner/steps/scope.hpp"

namespace triphammer::runner {

bool has_early_actions(const std::vector<model::Step>& steps);

/// All of them, in one log, that of the step before the others; the first failure that counts.
Task<StepResult> run_early_actions(StepScope& scope, StepExecutor& executor, int log);

}  // namespace triphammer::runner
