#pragma once
// Runs as people look for them (store/sqlite/page.hpp).

#include "store/runs/run_store.hpp"
#include "store/sqlite/page.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

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

}  // namespace triphammer::store
