#pragma once
// `jobs` and `turns` (fairness between repositories).

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewJob {
    model::RunId run = {};
    model::RepositoryId repository = {};
    std::int64_t position = 0;  // in the workflow's order
    std::string key = {};       // unique in the run
    std::string node = {};      // the workflow's job; legs of a matrix share it; empty: key
    std::string parent = {};    // key of the job that calls its workflow
    std::string name = {};
    model::JobKind kind = model::JobKind::steps;
    std::string stage = {};
    model::JobState state = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    std::string reason = {};
    std::string needs_json = "[]";  // keys
    std::string label = {};         // runs-on, evaluated
    std::string environment = {};
    bool continue_on_error = false;
    std::string definition_json = {};  // model::JobDefinition
    std::string contexts_json = "{}";  // matrix, strategy
};

struct JobRow {
    model::JobId id;
    model::RunId run;
    model::RepositoryId repository;
    std::int64_t position = 0;
    std::string key;
    std::string node;
    std::string parent;
    std::string name;
    model::JobKind kind = model::JobKind::steps;
    std::string stage;
    model::JobState state = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    std::string reason;
    std::string needs_json;
    std::string label;
    std::string environment;
    bool continue_on_error = false;
    std::string definition_json;
    std::string contexts_json;
    std::string outputs_json;
    std::int64_t attempts = 0;
    std::int64_t run_attempt = 1;
    std::int64_t unattached = 0;
    TimePoint not_before;
    std::optional<TimePoint> cancel_requested_at;
    std::string cancel_reason;
    TimePoint created_at;
    std::optional<TimePoint> queued_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

model::JobId insert_job(Transaction& tx, const NewJob& job);
std::optional<JobRow> find_job(Connection& db, model::JobId id);
/// In the workflow's order.
std::vector<JobRow> list_jobs(Connection& db, model::RunId run);

/// What tells, without reading a run's jobs, that nothing can follow the end of one of them.
struct OpenJobs {
    bool goes_on = false;      // one is queued or running
    bool has_ready = false;    // one is blocked, and everything that it needs has ended
    bool has_related = false;  // there are legs of a matrix, or jobs of a called workflow
};

OpenJobs look_at_open_jobs(Connection& db, model::RunId run);

struct JobMove {
    model::JobId job = {};
    model::JobState from = model::JobState::blocked;
    model::JobState to = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    std::string_view reason = {};  // for people, kept with the job
    std::string_view actor = {};
};

/// Compare-and-set; keeps queued_at, started_at and finished_at. Code::conflict when the job is not
/// in `from` or the move is not in model's table.
Result<> move_job(Transaction& tx, const JobMove& move);

/// What advance evaluated when the job's turn came. Empty name or label: left as it is.
struct JobFacts {
    std::string_view name = {};
    std::string_view label = {};
    std::string_view environment = {};
    bool continue_on_error = false;
};

void set_job_facts(Transaction& tx, model::JobId job, const JobFacts& facts);

/// A job's place in its run.
struct JobPlace {
    std::string_view key = {};
    std::string_view node = {};
    std::string_view parent = {};
    std::string_view needs_json = {};
    std::string_view contexts_json = {};
};

/// When a matrix became known: the job is a leg from now on, or stands in a workflow that one
/// calls. Only while it is blocked; its name is its key until its turn comes.
void place_job(Transaction& tx, model::JobId job, const JobPlace& place);
void set_job_contexts(Transaction& tx, model::JobId job, std::string_view contexts_json);
void set_job_outputs(Transaction& tx, model::JobId job, std::string_view outputs_json);
/// Kept, not yet obeyed: the job is running. Code::conflict when it is not, or was asked before.
Result<> request_job_cancel(
    Transaction& tx, model::JobId job, std::string_view reason, std::string_view actor
);
/// For a re-run: outputs, cause, cancel and counters are empty again, the state is blocked.
Result<> reset_job(Transaction& tx, model::JobId job, std::string_view actor);
/// What has not begun belongs to the run's newest attempt.
void renew_run_attempt(Transaction& tx, model::RunId run);
/// The attempt that was just started never attached and does not count as one; how many such there
/// are now.
std::int64_t count_unattached(Transaction& tx, model::JobId job);
/// The job may not be claimed before.
void hold_job_until(Transaction& tx, model::JobId job, TimePoint not_before);

/// Which queued job is next: the repository that was served longest ago comes first, within it the
/// oldest job whose not_before has passed. Costs by repositories that wait, not by jobs.
std::optional<model::JobId> find_next_queued(Connection& db, TimePoint now);
/// When the next held-back job may be claimed; nothing when none is held back.
std::optional<TimePoint> next_not_before(Connection& db, TimePoint now);
/// This repository was served with `fence`; its next turn is after everybody else's.
void take_turn(Transaction& tx, model::RepositoryId repository, model::Fence fence);

}  // namespace triphammer::store
