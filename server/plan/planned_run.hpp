#pragma once
// One workflow that starts → a run with its jobs.

#include "plan/contexts.hpp"
#include "plan/plan.hpp"

namespace triphammer::plan {

/// The commit that a run builds; empty until Needs::ref was resolved.
std::string run_sha(const Question& question);

PlannedRun make_run(
    const Question& question,
    const WorkflowFile& file,
    const EventContexts& contexts,
    const workflow::expression::Value& inputs
);

/// A file that cannot be read: failed before it began, with its problems.
PlannedRun make_broken_run(
    const Question& question, const WorkflowFile& file, const EventContexts& contexts
);

}  // namespace triphammer::plan
