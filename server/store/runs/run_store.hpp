#pragma once
// `runs` and `definitions`.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewRun {
    model::RepositoryId repository = {};
    std::string workflow = {};       // its name
    std::string workflow_path = {};  // or pipeline:NAME
    std::string event = {};
    std::string ref = {};
    std::string sha = {};
    std::string title = {};
    std::string actor = {};
    model::RunState state = model::RunState::queued;  // failed for cause invalid
    model::Cause cause = model::Cause::none;
    model::DeliveryId delivery = {};  // none: started by hand
    std::string definition = {};      // the workflow's text
    bool from_fork = false;
    std::string contexts_json = "{}";   // what planning knew: github, inputs, vars (no secret)
    std::string problems_json = "[]";   // for cause invalid
    std::string concurrency_json = {};  // the workflow's group; empty: none
};

struct RunRow {
    model::RunId id;
    model::RepositoryId repository;
    std::int64_t number = 0;  // counted for each repository
    std::string workflow;
    std::string workflow_path;
    std::string event;
    std::string ref;
    std::string sha;
    std::string title;
    std::string actor;
    model::RunState state = model::RunState::queued;
    model::Cause cause = model::Cause::none;
    model::DeliveryId delivery;
    std::string definition_sha256;
    std::int64_t attempt = 1;  // counts re-runs
    bool from_fork = false;
    std::string contexts_json;
    std::string problems_json;
    std::string concurrency_json;
    std::optional<TimePoint> cancel_requested_at;
    std::string cancel_reason;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

/// Takes the repository's next number. Code::not_found for an unknown repository.
Result<model::RunId> insert_run(Transaction& tx, const NewRun& run);
/// What names the run's own id or number is known only when it is there.
void set_run_names(
    Transaction& tx, model::RunId run, std::string_view title, std::string_view concurrency_json
);
std::optional<RunRow> find_run(Connection& db, model::RunId id);
std::vector<model::RunId> list_runs_of_delivery(Connection& db, model::DeliveryId delivery);

struct RunMove {
    model::RunId run = {};
    model::RunState from = model::RunState::queued;
    model::RunState to = model::RunState::queued;
    model::Cause cause = model::Cause::none;
    std::string_view reason = {};
    std::string_view actor = {};
};

/// Compare-and-set; keeps started_at and finished_at. Code::conflict when it is not in `from`.
Result<> move_run(Transaction& tx, const RunMove& move);
/// Kept with the run; false when it was asked before. Code::conflict when the run has ended.
Result<bool> request_run_cancel(
    Transaction& tx, model::RunId run, std::string_view reason, std::string_view actor
);
/// For a re-run: the attempt counts up; one that had ended is queued again. Code::conflict while it
/// is being cancelled.
Result<> restart_run(Transaction& tx, model::RunId run, std::string_view actor);

/// The text of a workflow that a run was made from, by its SHA-256.
std::optional<std::string> find_definition(Connection& db, std::string_view sha256);

}  // namespace triphammer::store
