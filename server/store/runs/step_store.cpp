#include "store/runs/step_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

StepRow read_step(Statement& row) {
    StepRow step;
    row.read(
        step.attempt,
        step.number,
        step.id,
        step.name,
        step.state,
        step.cause,
        step.exit_status,
        step.reason,
        step.annotations_json,
        step.started_at,
        step.finished_at,
        step.log_bytes,
        step.log_lines,
        step.log_sha256
    );
    return step;
}

void record(Transaction& tx, const StepPlace& place, NewChange change) {
    change.subject = "step";
    change.id = place.attempt.value;
    change.run = place.run;
    append_change(tx, change);
}

}  // namespace

void begin_step(Transaction& tx, const StepPlace& place, const StepBegin& begin) {
    auto put = tx.prepare(
        "INSERT INTO steps (attempt, number, id, name, state, started_at) "
        "VALUES (?, ?, ?, ?, 'running', ?) ON CONFLICT (attempt, number) DO UPDATE SET "
        "id = excluded.id, name = excluded.name, state = 'running', "
        "started_at = excluded.started_at"
    );
    put.bind(place.attempt, begin.number, begin.id, begin.name, begin.at).run();
    record(tx, place, {.number = begin.number, .to_state = "running"});
}

void end_step(Transaction& tx, const StepPlace& place, std::string_view name, const StepEnd& end) {
    auto put = tx.prepare(
        "INSERT INTO steps (attempt, number, name, state, cause, exit_status, reason, annotations, "
        "finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (attempt, number) DO UPDATE "
        "SET state = excluded.state, cause = excluded.cause, exit_status = excluded.exit_status, "
        "reason = excluded.reason, annotations = excluded.annotations, "
        "finished_at = excluded.finished_at"
    );
    put.bind(
           place.attempt,
           end.number,
           name,
           end.state,
           end.cause,
           end.exit_status,
           end.reason,
           end.annotations_json,
           end.at
    )
        .run();
    record(
        tx,
        place,
        {.number = end.number,
         .from_state = "running",
         .to_state = name_of(end.state),
         .reason = end.reason}
    );
}

void set_step_log(Transaction& tx, model::Fence attempt, const StepLog& log) {
    auto update = tx.prepare(
        "UPDATE steps SET log_bytes = ?, log_lines = ?, log_sha256 = ? "
        "WHERE attempt = ? AND number = ?"
    );
    update.bind(log.bytes, log.lines, log.sha256, attempt, log.number).run();
}

void end_open_steps(
    Transaction& tx, const StepPlace& place, model::StepState state, model::Cause cause
) {
    auto update = tx.prepare(
        "UPDATE steps SET state = ?, cause = ?, finished_at = ? "
        "WHERE attempt = ? AND state IN ('queued', 'running') RETURNING number"
    );
    update.bind(state, cause, tx.now(), place.attempt);
    const auto ended = update.list([](Statement& row) {
        std::int64_t number = 0;
        row.read(number);
        return number;
    });
    for (const auto number : ended) {
        record(tx, place, {.number = number, .from_state = "running", .to_state = name_of(state)});
    }
}

std::vector<StepRow> list_steps(Connection& db, model::Fence attempt) {
    auto query = db.prepare(
        "SELECT attempt, number, id, name, state, cause, exit_status, reason, annotations, "
        "started_at, finished_at, log_bytes, log_lines, log_sha256 FROM steps "
        "WHERE attempt = ? ORDER BY number"
    );
    return query.bind(attempt).list(read_step);
}

}  // namespace triphammer::store
