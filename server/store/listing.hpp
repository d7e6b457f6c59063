#pragma once
// Lists for people, newest first, paged by id. A page costs the same at 2,000 and at 1,000,000
// rows: what no index answers is looked for in a window of kWindow rows, after which the page ends
// early and says where to go on.

#include "store/connection.hpp"
#include "store/delivery_store.hpp"
#include "store/deployment_store.hpp"
#include "store/run_store.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {

inline constexpr std::int64_t kWindow = 1000;

struct ListPage {
    std::int64_t before = 0;  // ids below this one; 0: from the newest on
    int limit = 50;
};

template <class Row>
struct Listed {
    std::vector<Row> rows;
    std::int64_t next = 0;  // `before` of the next page; 0: there is none
};

/// The repositories that somebody may see; nothing: all, and what belongs to none.
using Among = std::optional<std::vector<model::RepositoryId>>;

inline bool is_among(const Among& among, model::RepositoryId repository) {
    return !among || std::find(among->begin(), among->end(), repository) != among->end();
}

/// Empty: not filtered by it.
struct RunQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string ref = {};
    std::string state = {};
    std::string event = {};
    std::string actor = {};
    std::string workflow = {};
    std::string text = {};  // part of the title or of the commit; ASCII case ignored
};

/// Without contexts, problems and cancel.
struct ListedRun {
    RunRow run;
    std::string repository;  // OWNER/NAME
    std::string delivery;    // guid
};

Listed<ListedRun> list_runs(Connection& db, const RunQuery& query, const ListPage& page);

struct JobSummary {
    model::JobId id;
    std::string name;
    std::string stage;
    model::JobState state = model::JobState::blocked;
};

/// In the workflow's order.
std::vector<JobSummary> list_job_summaries(Connection& db, model::RunId run);
/// The newest run of a repository, of ref and workflow where not empty.
std::optional<RunRow> find_newest_run(
    Connection& db, model::RepositoryId repository, std::string_view ref, std::string_view workflow
);

/// The newest run of that file (RunRow::workflow_path) and event, among the repository's newest
/// kWindow runs.
std::optional<RunRow> find_newest_run_of_file(
    Connection& db, model::RepositoryId repository, std::string_view path, std::string_view event
);

/// The newest run before this one of the same file, event and ref that succeeded or failed, among
/// that ref's newest kWindow runs.
std::optional<RunRow> find_ended_run_before(Connection& db, const RunRow& run);

struct DeliveryQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string outcome = {};
    std::string event = {};
};

struct ListedDelivery {
    DeliveryRow delivery;
    std::string repository;  // OWNER/NAME; empty: none known
};

Listed<ListedDelivery> list_deliveries(
    Connection& db, const DeliveryQuery& query, const ListPage& page
);
std::optional<TimePoint> last_delivery_at(Connection& db, model::RepositoryId repository);
/// When a ping came to the door from outside (`fetched`: or out of the forge's log), of the newest
/// thousand deliveries.
std::optional<TimePoint> last_ping_at(Connection& db, model::RepositoryId repository, bool fetched);

struct DeploymentQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string environment = {};
    std::string state = {};
};

Listed<DeploymentRow> list_deployments(
    Connection& db, const DeploymentQuery& query, const ListPage& page
);

struct EnvironmentRow {
    model::RepositoryId repository;
    std::string name;
};

std::vector<EnvironmentRow> list_environments(Connection& db);
/// The name of a repository, removed or not; empty: none.
std::string name_of_repository(Connection& db, model::RepositoryId id);

}  // namespace triphammer::store
