#pragma once
// `forge_deployments`: which deployments GitHub is told of. What it made of them stands in
// `told_objects`, under the same id.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::store {

struct ForgeDeploymentRow {
    std::int64_t id = 0;
    model::RepositoryId repository = {};
    std::string environment = {};
    std::string line = {};  // workflow's path and job's key
    model::RunId run = {};
    model::JobId job = {};
    std::int64_t run_attempt = 1;  // the job's
    std::string state = "open";    // how it ended: success, failure, error
};

std::int64_t insert_forge_deployment(Transaction& tx, const ForgeDeploymentRow& row);
void set_forge_deployment_state(Transaction& tx, std::int64_t id, std::string_view state);
/// The job begins once more before anything of it has ended.
void move_forge_deployment(Transaction& tx, std::int64_t id, std::int64_t run_attempt);

std::optional<ForgeDeploymentRow> find_forge_deployment(Connection& db, std::int64_t id);
/// The job's last one.
std::optional<ForgeDeploymentRow> find_newest_forge_deployment(Connection& db, model::JobId job);
/// The last succeeded one of the same repository, environment and line before this one.
std::optional<std::int64_t> find_overtaken(Connection& db, const ForgeDeploymentRow& row);
/// Whether a later one of its line has succeeded.
bool is_overtaken(Connection& db, const ForgeDeploymentRow& row);

}  // namespace triphammer::store
