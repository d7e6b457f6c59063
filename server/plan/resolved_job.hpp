#pragma once
// One job of a run as a tree with the language's own keys. Pure.

#include "model/workflow.hpp"
#include "plan/knowable.hpp"

#include <nlohmann/json_fwd.hpp>

namespace triphammer::plan {

struct WorkflowPart {
    model::Pairs env;
    model::Defaults defaults;
};

/// What `job` says by itself, with what `whole` says for all jobs. Without needs and matrix, which
/// are the run's.
nlohmann::ordered_json make_job_tree(
    const model::JobDefinition& job, const WorkflowPart& whole, const Known& known
);

/// `strategy` of a job whose matrix is not expanded yet; null: none.
nlohmann::ordered_json make_strategy_tree(const model::JobDefinition& job, const Known& known);

}  // namespace triphammer::plan
