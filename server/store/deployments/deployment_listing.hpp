#pragma once
// Deployments and where they go, as people look for them (store/sqlite/page.hpp).

#include "store/deployments/deployment_store.hpp"
#include "store/sqlite/page.hpp"

#include <string>
#include <vector>

namespace triphammer::store {

struct DeploymentQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string environment = {};
    std::string state = {};
    model::RunId run = {};
};

Listed<DeploymentRow> list_deployments(
    Connection& db, const DeploymentQuery& query, const ListPage& page
);

struct EnvironmentRow {
    model::RepositoryId repository;
    std::string name;
};

std::vector<EnvironmentRow> list_environments(Connection& db);

}  // namespace triphammer::store
