#pragma once
// One workflow after another: what a run does is told as a delivery of the event `workflow_run`,
// where a workflow of the default branch waits for that.
// Source: GitHub's page "Events that trigger workflows", workflow_run.

#include "store/runs/run_store.hpp"

#include <string_view>

namespace triphammer::queue {

/// `action`: requested, in_progress or completed; `run` as it is now. Chains end after the third.
void tell_followers(store::Transaction& tx, const store::RunRow& run, std::string_view action);

}  // namespace triphammer::queue
