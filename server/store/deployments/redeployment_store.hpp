#pragma once
// `redeployments` (jobs that deploy a digest of the ledger once more) and the rows that they are
// chosen from.

#include "store/deployments/deployment_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct Redeployment {
    model::JobId job = {};
    std::string kind = {};              // rollback | promotion
    model::DeploymentId source = {};    // whose digest it is
    model::DeploymentId replaces = {};  // what served when it was asked for; none: nothing did
    std::string actor = {};
};

/// The job exists. Once for a job.
void insert_redeployment(Transaction& tx, const Redeployment& redeployment);
std::optional<Redeployment> find_redeployment(Connection& db, model::JobId job);
/// A run that deploys `source` to that environment and has not ended.
std::optional<model::RunId> find_open_redeployment(
    Connection& db, model::DeploymentId source, std::string_view environment
);

/// What jobs deploy once more that have not ended.
std::vector<DeploymentRow> list_open_sources(Connection& db);

/// The newest row of each target of an environment, whatever became of it; by target.
std::vector<DeploymentRow> list_newest_of_targets(
    Connection& db, model::RepositoryId repository, std::string_view environment
);
/// What serves in an environment: the newest succeeded row of each target; by target.
std::vector<DeploymentRow> list_live(
    Connection& db, model::RepositoryId repository, std::string_view environment
);
/// The newest succeeded row of that target before `row` with another digest than `digest`.
std::optional<DeploymentRow> find_good_before(
    Connection& db, const DeploymentRow& row, std::string_view digest
);

/// `ways_back`: whether what a deployment that serves would go back to can still be had.
struct WayBackRow {
    model::DeploymentId deployment;
    model::DeploymentId source;
    std::string state;  // there | gone | unknown
    std::string reason;
    TimePoint looked_at;
};

/// What one night found, in the place of what was known before; `looked_at` is now.
void set_ways_back(Transaction& tx, const std::vector<WayBackRow>& rows);
/// Of deployments that still serve.
std::vector<WayBackRow> list_ways_back(Connection& db);
std::optional<TimePoint> last_look_at_ways_back(Connection& db);

}  // namespace triphammer::store
