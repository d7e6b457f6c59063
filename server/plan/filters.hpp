#pragma once
// Whether a workflow's triggers fit an event. Pure.
// Source: GitHub's pages "Workflow syntax" (on.*) and "Events that trigger workflows".

#include "model/event.hpp"
#include "model/reason.hpp"
#include "model/workflow.hpp"
#include "plan/plan.hpp"

namespace triphammer::plan {

/// `undecided`: a path filter needs changed paths that nobody brought; all else speaks for a start.
struct Match {
    bool starts = false;
    bool undecided = false;
    model::Reason reason;
    const model::Trigger* trigger = nullptr;  // the one that fits
};

Match match_workflow(
    const model::Workflow& workflow, const model::Event& event, const ChangedPaths* changed
);

/// What path filters compare for this event; nothing where they do not apply (tags, releases, …).
std::optional<Difference> find_difference(const model::Event& event);

}  // namespace triphammer::plan
