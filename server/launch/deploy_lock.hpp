#pragma once
// A deploy job has the lock of its target before a worker is spent on it (docs/protocol.md, E1).
// Plain functions, run on the writer thread.

#include "deployments/ledger.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <optional>
#include <string>

namespace triphammer::launch {

/// What a job deploys: its own `deploy`, or for `terraform` with `command: apply` one whose service
/// has no text yet. Nothing for a job that deploys nothing.
std::optional<model::DeploySpec> deploy_spec_of(const model::JobDefinition& job);

/// Puts the service's name into `deploy`, with its expressions evaluated, and where it is on an
/// engine elsewhere that one's address; of a `terraform` its folders and workspace, in the one form
/// that they have. `definition` deploys; the needs of the job have ended. Code::invalid where that
/// gives no name.
Result<> evaluate_target(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::JobDefinition& definition,
    model::DeploySpec& deploy
);

/// The target in `deploy` is evaluated. Opens the job's row in the ledger: takes the lock, or names
/// its holder.
Result<deployments::Opening> open_deployment(
    store::Transaction& tx,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::DeploySpec& deploy
);

/// For queue::ClaimRequest: who holds the lock that this job needs. Nothing for any other job, and
/// for one whose row cannot be opened: that is told when its runner asks for the document.
std::optional<std::string> find_obstacle(store::Transaction& tx, const store::JobRow& job);

}  // namespace triphammer::launch
