#pragma once
// Read models: what the API's lists and pages show, as the contract's JSON shapes. Plain functions
// over a read connection. Every list is paged by key, newest first, and costs the same at 2,000
// and at 1,000,000 rows.

#include "store/connection.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::history {

inline constexpr int kPage = 50;
inline constexpr int kMaxPage = 100;

struct Page {
    std::string cursor =
        {};  // `next` of the answer before; empty: the first page; else Code::invalid
    int limit = kPage;
};

/// Empty: not filtered by it.
struct RunFilter {
    model::RepositoryId repository = {};
    std::string branch = {};  // name of a branch or tag, or a whole ref (refs/…)
    std::string state = {};
    std::string event = {};
    std::string actor = {};
    std::string workflow = {};
    std::string text =
        {};  // in title, workflow or ref, or the beginning of the commit; ignores case
};

/// {"items": […], "next": …}; runs without their jobs, but with counts of them by state.
/// Filters that no index answers look through a bounded number of rows: a page may then be short
/// while `next` says that there is more.
Result<nlohmann::json> list_runs(store::Connection& db, const RunFilter& filter, const Page& page);
/// With jobs, their attempts, and the steps of the newest attempt. Code::not_found.
Result<nlohmann::json> get_run(store::Connection& db, model::RunId run);
/// With the steps of every attempt. Code::not_found.
Result<nlohmann::json> get_job(store::Connection& db, model::JobId job);
/// The attempt whose log is shown, by number; 0: the newest. Code::not_found.
Result<model::Fence> find_shown_attempt(
    store::Connection& db, model::JobId job, std::int64_t number
);

struct DeliveryFilter {
    model::RepositoryId repository = {};
    std::string outcome = {};
    std::string event = {};
};

Result<nlohmann::json> list_deliveries(
    store::Connection& db, const DeliveryFilter& filter, const Page& page
);
/// By guid, with headers, facts and reason tree. Code::not_found.
Result<nlohmann::json> get_delivery(store::Connection& db, const std::string& guid);

struct DeploymentFilter {
    model::RepositoryId repository = {};
    std::string environment = {};
    std::string state = {};
};

Result<nlohmann::json> list_deployments(
    store::Connection& db, const DeploymentFilter& filter, const Page& page
);
/// With its effects. Code::not_found.
Result<nlohmann::json> get_deployment(store::Connection& db, model::DeploymentId id);

/// Repositories with the newest run of each.
Result<nlohmann::json> list_repositories(store::Connection& db);
/// The state of the newest run for a badge: of a repository by name, of branch and workflow where
/// not empty. Nothing: there was none.
Result<std::optional<std::string>> badge_state(
    store::Connection& db,
    const std::string& full_name,
    const std::string& branch,
    const std::string& workflow
);

}  // namespace triphammer::history
