#include "store/runs/run_store.hpp"

#include "base/digest.hpp"
#include "store/runs/run_columns.hpp"
#include "store/sqlite/state_change.hpp"

namespace triphammer::store {

using model::RunId;
using model::RunState;

namespace {

RunRow read_run(Statement& row) {
    RunRow run;
    read_run_columns(
        row,
        run,
        run.contexts_json,
        run.problems_json,
        run.concurrency_json,
        run.cancel_requested_at,
        run.cancel_reason
    );
    return run;
}

Result<std::int64_t> take_run_number(Transaction& tx, model::RepositoryId repository) {
    auto update = tx.prepare(
        "UPDATE repositories SET next_run_number = next_run_number + 1 WHERE id = ? "
        "AND removed_at IS NULL RETURNING next_run_number - 1"
    );
    const auto number = update.bind(repository).find<std::int64_t>();
    if (!number) return not_found("there is no repository " + to_text(repository));
    return *number;
}

std::string put_definition(Transaction& tx, std::string_view text) {
    auto sum = sha256_hex(text);
    auto put = tx.prepare(
        "INSERT INTO definitions (sha256, text) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING"
    );
    put.bind(sum, text).run();
    return sum;
}

Error not_in_state(RunId run, std::string_view state) {
    return conflict("run " + to_text(run) + " is not " + std::string{state} + " any more");
}

}  // namespace

Result<RunId> insert_run(Transaction& tx, const NewRun& run) {
    auto number = take_run_number(tx, run.repository);
    if (!number) return number.error();
    const bool has_ended = is_final(run.state);
    auto insert = tx.prepare(
        "INSERT INTO runs (repository, number, workflow, workflow_path, event, ref, sha, title, "
        "actor, state, cause, delivery, definition, from_fork, concurrency, created_at, "
        "finished_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    insert
        .bind(
            run.repository,
            *number,
            run.workflow,
            run.workflow_path,
            run.event,
            run.ref,
            run.sha,
            run.title,
            run.actor,
            run.state,
            run.cause,
            run.delivery,
            put_definition(tx, run.definition),
            run.from_fork,
            run.concurrency_json,
            tx.now(),
            has_ended ? std::optional{tx.now()} : std::nullopt
        )
        .run();
    const RunId id{tx.last_insert_id()};
    auto contexts =
        tx.prepare("INSERT INTO run_contexts (run, contexts, problems) VALUES (?, ?, ?)");
    contexts.bind(id, run.contexts_json, run.problems_json).run();
    NewChange change{.subject = "run", .id = id.value, .run = id, .to_state = name_of(run.state)};
    change.actor = run.actor;
    record_state(tx, change);
    return id;
}

void set_run_names(
    Transaction& tx, RunId run, std::string_view title, std::string_view concurrency_json
) {
    auto update = tx.prepare("UPDATE runs SET title = ?, concurrency = ? WHERE id = ?");
    update.bind(title, concurrency_json, run).run();
}

std::optional<RunRow> find_run(Connection& db, RunId id) {
    static const auto kSql = std::string{"SELECT r.id, "} + kRunColumns +
                             ", contexts, problems, concurrency, cancel_requested_at, "
                             "cancel_reason FROM runs AS r JOIN run_contexts ON run = r.id "
                             "WHERE r.id = ?";
    auto query = db.prepare(kSql);
    return query.bind(id).find_row(read_run);
}

std::vector<RunId> list_runs_of_delivery(Connection& db, model::DeliveryId delivery) {
    auto query = db.prepare("SELECT id FROM runs WHERE delivery = ? ORDER BY id");
    return query.bind(delivery).list([](Statement& row) {
        RunId id;
        row.read(id);
        return id;
    });
}

Result<> move_run(Transaction& tx, const RunMove& move) {
    if (!may_become(move.from, move.to)) return not_in_state(move.run, name_of(move.from));
    const bool is_started = move.to == RunState::running;
    auto update = tx.prepare(
        "UPDATE runs SET state = ?, cause = ?, started_at = coalesce(started_at, ?), "
        "finished_at = ? WHERE id = ? AND state = ?"
    );
    update.bind(
        move.to,
        move.cause,
        is_started ? std::optional{tx.now()} : std::nullopt,
        is_final(move.to) ? std::optional{tx.now()} : std::nullopt,
        move.run,
        move.from
    );
    if (update.run() == 0) return not_in_state(move.run, name_of(move.from));
    record_state(
        tx,
        {.subject = "run",
         .id = move.run.value,
         .run = move.run,
         .from_state = name_of(move.from),
         .to_state = name_of(move.to),
         .reason = move.reason,
         .actor = move.actor}
    );
    return {};
}

Result<bool> request_run_cancel(
    Transaction& tx, RunId run, std::string_view reason, std::string_view actor
) {
    const auto row = find_run(tx, run);
    if (!row) return not_found("there is no run " + to_text(run));
    if (is_final(row->state)) return conflict("run " + to_text(run) + " has ended");
    if (row->cancel_requested_at) return false;
    auto update =
        tx.prepare("UPDATE runs SET cancel_requested_at = ?, cancel_reason = ? WHERE id = ?");
    update.bind(tx.now(), reason, run).run();
    NewChange change{.subject = "run", .id = run.value, .run = run};
    change.from_state = change.to_state = name_of(row->state);
    change.reason = "cancel requested";
    change.actor = actor;
    append_change(tx, change);
    return true;
}

Result<> restart_run(Transaction& tx, RunId run, std::string_view actor) {
    const auto row = find_run(tx, run);
    if (!row) return not_found("there is no run " + to_text(run));
    NewChange change{.subject = "run", .id = run.value, .run = run};
    change.from_state = change.to_state = name_of(row->state);
    change.reason = "re-run";
    change.actor = actor;
    if (!is_final(row->state)) {
        if (row->cancel_requested_at) {
            return conflict("run " + to_text(run) + " is being cancelled; wait for its end");
        }
        auto count = tx.prepare("UPDATE runs SET attempt = attempt + 1, rerun_by = ? WHERE id = ?");
        count.bind(actor, run).run();
        append_change(tx, change);
        return {};
    }
    auto update = tx.prepare(
        "UPDATE runs SET state = 'queued', cause = '', attempt = attempt + 1, started_at = NULL, "
        "finished_at = NULL, cancel_requested_at = NULL, cancel_reason = '', rerun_by = ? "
        "WHERE id = ?"
    );
    update.bind(actor, run).run();
    change.to_state = "queued";
    record_state(tx, change);
    return {};
}

std::optional<std::string> find_definition(Connection& db, std::string_view sha256) {
    auto query = db.prepare("SELECT text FROM definitions WHERE sha256 = ?");
    return query.bind(sha256).find<std::string>();
}

}  // namespace triphammer::store
