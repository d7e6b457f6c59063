#include "store/runs/job_store.hpp"

#include "store/runs/duration_store.hpp"
#include "store/sqlite/state_change.hpp"

namespace triphammer::store {

using model::JobId;
using model::JobState;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, run, repository, position, key, node, parent, name, kind, stage, state, cause, "
    "reason, "
    "needs, label, environment, continue_on_error, definition, contexts, outputs, attempts, "
    "run_attempt, unattached, "
    "not_before, cancel_requested_at, cancel_reason, created_at, queued_at, started_at, "
    "finished_at FROM jobs ";

JobRow read_job(Statement& row) {
    JobRow job;
    row.read(
        job.id,
        job.run,
        job.repository,
        job.position,
        job.key,
        job.node,
        job.parent,
        job.name,
        job.kind,
        job.stage,
        job.state,
        job.cause,
        job.reason,
        job.needs_json,
        job.label,
        job.environment,
        job.continue_on_error,
        job.definition_json,
        job.contexts_json,
        job.outputs_json,
        job.attempts,
        job.run_attempt,
        job.unattached,
        job.not_before,
        job.cancel_requested_at,
        job.cancel_reason,
        job.created_at,
        job.queued_at,
        job.started_at,
        job.finished_at
    );
    return job;
}

Error not_in_state(JobId job, JobState state) {
    return conflict("job " + to_text(job) + " is not " + std::string{name_of(state)} + " any more");
}

std::optional<TimePoint> when(bool happens, TimePoint now) {
    return happens ? std::optional{now} : std::nullopt;
}

struct Moved {
    model::RunId run;
    std::optional<TimePoint> queued_at;
    std::optional<TimePoint> started_at;
};

Moved read_moved(Statement& row) {
    Moved moved;
    row.read(moved.run, moved.queued_at, moved.started_at);
    return moved;
}

void note_times(Transaction& tx, const JobMove& move, const Moved& moved) {
    if (move.to == JobState::running && moved.queued_at) {
        note_duration(tx, kJobWait, tx.now() - *moved.queued_at);
    }
    if (is_final(move.to) && moved.started_at) {
        note_duration(tx, kJobRun, tx.now() - *moved.started_at);
    }
}

void record(Transaction& tx, JobId job, model::RunId run, NewChange change) {
    change.subject = "job";
    change.id = job.value;
    change.run = run;
    record_state(tx, change);
}

}  // namespace

JobId insert_job(Transaction& tx, const NewJob& job) {
    auto insert = tx.prepare(
        "INSERT INTO jobs (run, repository, position, key, node, parent, name, kind, stage, state, "
        "cause, "
        "reason, needs, label, environment, continue_on_error, definition, contexts, created_at, "
        "queued_at, finished_at, run_attempt) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "(SELECT attempt FROM runs WHERE id = ?))"
    );
    insert
        .bind(
            job.run,
            job.repository,
            job.position,
            job.key,
            job.node.empty() ? job.key : job.node,
            job.parent,
            job.name,
            job.kind,
            job.stage,
            job.state,
            job.cause,
            job.reason,
            job.needs_json,
            job.label,
            job.environment,
            job.continue_on_error,
            job.definition_json,
            job.contexts_json,
            tx.now(),
            when(job.state == JobState::queued, tx.now()),
            when(is_final(job.state), tx.now()),
            job.run
        )
        .run();
    const JobId id{tx.last_insert_id()};
    record(tx, id, job.run, {.to_state = name_of(job.state), .reason = job.reason});
    return id;
}

std::optional<JobRow> find_job(Connection& db, JobId id) {
    auto query = db.prepare(std::string{kColumns} + "WHERE id = ?");
    return query.bind(id).find_row(read_job);
}

std::vector<JobRow> list_jobs(Connection& db, model::RunId run) {
    auto query = db.prepare(std::string{kColumns} + "WHERE run = ? ORDER BY position, id");
    return query.bind(run).list(read_job);
}

OpenJobs look_at_open_jobs(Connection& db, model::RunId run) {
    auto query = db.prepare(
        "SELECT EXISTS (SELECT 1 FROM jobs WHERE run = ?1 AND finished_at IS NULL"
        "               AND state IN ('queued', 'running')),"
        "       EXISTS (SELECT 1 FROM jobs AS one WHERE run = ?1 AND finished_at IS NULL"
        "               AND state = 'blocked' AND NOT EXISTS ("
        "                   SELECT 1 FROM json_each(one.needs) AS need CROSS JOIN jobs AS other"
        "                   ON other.run = ?1 AND other.key = need.value"
        "                   WHERE other.finished_at IS NULL)),"
        "       EXISTS (SELECT 1 FROM jobs WHERE run = ?1 AND (parent <> '' OR node <> key))"
    );
    const auto read = [](Statement& row) {
        OpenJobs out;
        row.read(out.goes_on, out.has_ready, out.has_related);
        return out;
    };
    return query.bind(run).find_row(read).value_or(OpenJobs{});
}

Result<> move_job(Transaction& tx, const JobMove& move) {
    if (!may_become(move.from, move.to)) {
        return conflict(
            "a job does not become " + std::string{name_of(move.to)} + " from " +
            std::string{name_of(move.from)}
        );
    }
    auto update = tx.prepare(
        "UPDATE jobs SET state = ?, cause = ?, reason = ?, queued_at = coalesce(?, queued_at), "
        "started_at = coalesce(started_at, ?), finished_at = ? "
        "WHERE id = ? AND state = ? RETURNING run, queued_at, started_at"
    );
    update.bind(
        move.to,
        move.cause,
        move.reason,
        when(move.to == JobState::queued, tx.now()),
        when(move.to == JobState::running, tx.now()),
        when(is_final(move.to), tx.now()),
        move.job,
        move.from
    );
    const auto moved = update.find_row(read_moved);
    if (!moved) return not_in_state(move.job, move.from);
    note_times(tx, move, *moved);
    record(
        tx,
        move.job,
        moved->run,
        {.from_state = name_of(move.from),
         .to_state = name_of(move.to),
         .reason = move.reason,
         .actor = move.actor}
    );
    return {};
}

void set_job_facts(Transaction& tx, JobId job, const JobFacts& facts) {
    auto update = tx.prepare(
        "UPDATE jobs SET name = coalesce(nullif(?, ''), name), "
        "label = coalesce(nullif(?, ''), label), "
        "environment = coalesce(nullif(?, ''), environment), "
        "continue_on_error = ? WHERE id = ?"
    );
    update.bind(facts.name, facts.label, facts.environment, facts.continue_on_error, job).run();
}

void place_job(Transaction& tx, JobId job, const JobPlace& place) {
    auto update = tx.prepare(
        "UPDATE jobs SET key = ?1, name = ?1, node = ?2, parent = ?3, needs = ?4, contexts = ?5 "
        "WHERE id = ?6 AND state = 'blocked'"
    );
    update.bind(place.key, place.node, place.parent, place.needs_json, place.contexts_json, job)
        .run();
}

void set_job_contexts(Transaction& tx, JobId job, std::string_view contexts_json) {
    tx.prepare("UPDATE jobs SET contexts = ? WHERE id = ?").bind(contexts_json, job).run();
}

void set_job_outputs(Transaction& tx, JobId job, std::string_view outputs_json) {
    tx.prepare("UPDATE jobs SET outputs = ? WHERE id = ?").bind(outputs_json, job).run();
}

Result<> request_job_cancel(
    Transaction& tx, JobId job, std::string_view reason, std::string_view actor
) {
    auto update = tx.prepare(
        "UPDATE jobs SET cancel_requested_at = ?, cancel_reason = ? "
        "WHERE id = ? AND state = 'running' AND cancel_requested_at IS NULL RETURNING run"
    );
    const auto run = update.bind(tx.now(), reason, job).find<model::RunId>();
    if (!run) return conflict("job " + to_text(job) + " does not run, or is being cancelled");
    NewChange change{.subject = "job", .id = job.value, .run = *run};
    change.from_state = change.to_state = "running";
    change.reason = "cancel requested";
    change.actor = actor;
    append_change(tx, change);
    return {};
}

Result<> reset_job(Transaction& tx, JobId job, std::string_view actor) {
    const auto row = find_job(tx, job);
    if (!row) return not_found("there is no job " + to_text(job));
    auto update = tx.prepare(
        "UPDATE jobs SET state = 'blocked', cause = '', reason = '', outputs = '{}', "
        "unattached = 0, not_before = 0, cancel_requested_at = NULL, cancel_reason = '', "
        "queued_at = NULL, started_at = NULL, finished_at = NULL "
        "WHERE id = ? AND finished_at IS NOT NULL"
    );
    if (update.bind(job).run() == 0) return conflict("job " + to_text(job) + " has not ended");
    record(
        tx,
        job,
        row->run,
        {.from_state = name_of(row->state),
         .to_state = "blocked",
         .reason = "re-run",
         .actor = actor}
    );
    return {};
}

void renew_run_attempt(Transaction& tx, model::RunId run) {
    auto update = tx.prepare(
        "UPDATE jobs SET run_attempt = (SELECT attempt FROM runs WHERE id = ?1) "
        "WHERE run = ?1 AND state = 'blocked'"
    );
    update.bind(run).run();
}

std::int64_t count_unattached(Transaction& tx, JobId job) {
    auto update = tx.prepare(
        "UPDATE jobs SET unattached = unattached + 1, attempts = attempts - 1 WHERE id = ? "
        "RETURNING unattached"
    );
    return update.bind(job).find<std::int64_t>().value_or(0);
}

void hold_job_until(Transaction& tx, JobId job, TimePoint not_before) {
    tx.prepare("UPDATE jobs SET not_before = ? WHERE id = ?").bind(not_before, job).run();
}

std::optional<JobId> find_next_queued(Connection& db, TimePoint now) {
    // The recursion hops over the index from one waiting repository to the next, so that ten
    // thousand jobs of one of them cost as much as one.
    auto query = db.prepare(
        "WITH RECURSIVE waiting (repository) AS ("
        "  SELECT min(repository) FROM jobs WHERE state = 'queued'"
        "  UNION ALL"
        "  SELECT (SELECT min(repository) FROM jobs"
        "          WHERE state = 'queued' AND repository > waiting.repository)"
        "  FROM waiting WHERE waiting.repository IS NOT NULL) "
        "SELECT (SELECT j.id FROM jobs AS j WHERE j.state = 'queued'"
        "        AND j.repository = waiting.repository AND j.not_before <= ?"
        "        AND NOT EXISTS (SELECT 1 FROM untrusted_runs AS u WHERE u.run = j.run)"
        "        ORDER BY j.id LIMIT 1) AS next "
        "FROM waiting LEFT JOIN turns USING (repository) "
        "WHERE waiting.repository IS NOT NULL AND next IS NOT NULL "
        "ORDER BY coalesce(turns.served, 0), next LIMIT 1"
    );
    return query.bind(now).find<JobId>();
}

std::optional<TimePoint> next_not_before(Connection& db, TimePoint now) {
    auto query = db.prepare(
        "SELECT at FROM ("
        "  SELECT min(not_before) AS at FROM jobs WHERE state = 'queued' AND not_before > 0"
        "  AND not_before > ?"
        "  UNION ALL SELECT min(wake_at) FROM jobs WHERE wake_at IS NOT NULL"
        ") WHERE at IS NOT NULL ORDER BY at LIMIT 1"
    );
    return query.bind(now).find<TimePoint>();
}

void take_turn(Transaction& tx, model::RepositoryId repository, model::Fence fence) {
    auto put = tx.prepare(
        "INSERT INTO turns (repository, served) VALUES (?, ?) "
        "ON CONFLICT (repository) DO UPDATE SET served = excluded.served"
    );
    put.bind(repository, fence).run();
}

}  // namespace triphammer::store
