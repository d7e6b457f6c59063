#pragma once
// Read models: what the API's lists and pages show, as JSON text in the contract's shapes. Plain
// functions over a read connection. Every list is paged by key, newest first, and costs the same at
// 2,000 and at 1,000,000 rows.

#include "store/deployments/deployment_listing.hpp"
#include "store/forge/delivery_listing.hpp"
#include "store/runs/run_listing.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <functional>
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
    store::Among among = {};
    std::string branch = {};  // name of a branch, or a whole ref (refs/…)
    std::string state = {};
    std::string event = {};
    std::string actor = {};
    std::string workflow = {};
    std::string text = {};  // part of the title or of the commit; ASCII case ignored
};

/// {"items": […], "next": …}; runs with their jobs in short: id, name, stage, state.
/// Filters that no index answers look through a bounded number of rows: a page may then be short
/// while `next` says that there is more.
Result<std::string> list_runs(store::Connection& db, const RunFilter& filter, const Page& page);
/// With jobs, their attempts, and the steps of the newest attempt; queued jobs wait for `pause`
/// where there is one. Code::not_found.
Result<std::string> get_run(store::Connection& db, model::RunId run, const std::string& pause = {});
/// What the runs around it say: {"before", "after"} of the repository, {"green"} the newest before
/// it of its file, event and ref that succeeded, {"failures"} since when its failed jobs fail,
/// {"usual"} the median of when the jobs of the last {"greens"} began and how long they took; where
/// the repository is one of `github_url`, also {"files"}, below which its files at the commit are
/// pages, and {"compare"} with the last green run. Code::not_found.
Result<std::string> get_past(
    store::Connection& db, model::RunId run, const std::string& github_url
);
/// With the steps of every attempt. Code::not_found.
Result<std::string> get_job(store::Connection& db, model::JobId job);
/// What the steps of the newest attempts wrote to GITHUB_STEP_SUMMARY: Markdown of jobs, in the
/// order in which the jobs ended, at most 20 of a job. Code::not_found.
Result<std::string> get_summaries(store::Connection& db, model::RunId run);
/// The workflow of a run: {"path", "definition_sha", "text" as it was written, "resolved"}
/// (plan/resolved.hpp), the last one without what `hide` hides. Code::not_found.
Result<std::string> get_workflow(
    store::Connection& db,
    model::RunId run,
    const std::function<std::string(std::string_view)>& hide
);
/// What a step of an attempt runs, as the server resolved it: {"number", "name", "run", "uses",
/// "with", "shell", "working_directory", "env"}, the job's and the workflow's variables with its
/// own, without what `hide` hides. Null where the workflow says nothing of it: the set-up, what
/// actions leave for the end. Code::not_found.
Result<std::string> get_step(
    store::Connection& db,
    model::RunId run,
    model::Fence attempt,
    std::int64_t number,
    const std::function<std::string(std::string_view)>& hide
);
/// The attempt whose log is shown, by number; 0: the newest. Code::not_found.
Result<model::Fence> find_shown_attempt(
    store::Connection& db, model::JobId job, std::int64_t number
);

struct DeliveryFilter {
    model::RepositoryId repository = {};
    store::Among among = {};
    std::string outcome = {};
    std::string event = {};
};

Result<std::string> list_deliveries(
    store::Connection& db, const DeliveryFilter& filter, const Page& page
);
/// By guid, with headers, facts and reason tree. Code::not_found.
Result<std::string> get_delivery(store::Connection& db, const std::string& guid);

struct DeploymentFilter {
    model::RepositoryId repository = {};
    store::Among among = {};
    std::string environment = {};
    std::string state = {};
    model::RunId run = {};
};

Result<std::string> list_deployments(
    store::Connection& db, const DeploymentFilter& filter, const Page& page
);
/// With its effects. Code::not_found.
Result<std::string> get_deployment(store::Connection& db, model::DeploymentId id);

/// Environments with what serves in them and what is under way.
Result<std::string> list_environments(store::Connection& db, const store::Among& among = {});
/// Repositories with the newest run of each.
Result<std::string> list_repositories(store::Connection& db, const store::Among& among = {});

/// What a badge is of.
struct BadgeQuestion {
    std::string repository;     // OWNER/NAME
    std::string branch = {};    // empty: the default one
    std::string workflow = {};  // empty: all
    std::string job = {};       // key or name, with all legs of its matrix; empty: all
};

/// By judge() of the newest runs; what has not ended counts where nothing has. Nothing: there is no
/// run, or none with that job.
Result<std::optional<std::string>> badge_state(
    store::Connection& db, const BadgeQuestion& question
);

}  // namespace triphammer::history
