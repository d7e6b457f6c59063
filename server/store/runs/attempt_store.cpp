#include "store/runs/attempt_store.hpp"

#include "store/sqlite/state_change.hpp"

namespace triphammer::store {

using model::AttemptState;
using model::Fence;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, job, number, state, token_sha256, nonce, executor, runner_version, acked, result, "
    "cause, claimed_at, attached_at, ended_at, swept FROM attempts ";

AttemptRow read_attempt(Statement& row) {
    AttemptRow attempt;
    row.read(
        attempt.fence,
        attempt.job,
        attempt.number,
        attempt.state,
        attempt.token_sha256,
        attempt.nonce,
        attempt.executor,
        attempt.runner_version,
        attempt.acked,
        attempt.result,
        attempt.cause,
        attempt.claimed_at,
        attempt.attached_at,
        attempt.ended_at,
        attempt.swept
    );
    return attempt;
}

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

model::RunId run_of(Connection& db, Fence fence) {
    auto query = db.prepare(
        "SELECT jobs.run FROM attempts JOIN jobs ON jobs.id = attempts.job WHERE attempts.id = ?"
    );
    return query.bind(fence).find<model::RunId>().value_or(model::RunId{});
}

void record(Transaction& tx, Fence fence, NewChange change) {
    change.subject = "attempt";
    change.id = fence.value;
    change.run = run_of(tx, fence);
    record_state(tx, change);
}

Error lost(Fence fence) {
    return conflict("attempt " + to_text(fence) + " is not this runner's (any more)");
}

struct Guard {
    Fence fence;
    AttemptState from = AttemptState::running;
};

/// The state is checked again by the caller's read in the same transaction.
void end_row(Transaction& tx, const Guard& guard, const AttemptEnd& end) {
    auto update = tx.prepare(
        "UPDATE attempts SET state = ?, result = ?, cause = ?, ended_at = ?, log_bytes = "
        "(SELECT coalesce(sum(log_bytes), 0) FROM steps WHERE attempt = attempts.id) "
        "WHERE id = ? AND state = ?"
    );
    update.bind(end.state, end.result, end.cause, tx.now(), guard.fence, guard.from).run();
    record(
        tx,
        guard.fence,
        {.from_state = name_of(guard.from), .to_state = name_of(end.state), .reason = end.reason}
    );
}

}  // namespace

Fence insert_attempt(
    Transaction& tx, model::JobId job, std::string_view token_sha256, std::string_view executor
) {
    auto count =
        tx.prepare("UPDATE jobs SET attempts = attempts + 1 WHERE id = ? RETURNING attempts");
    const auto number = count.bind(job).find<std::int64_t>();
    auto insert = tx.prepare(
        "INSERT INTO attempts (job, number, state, token_sha256, executor, claimed_at) "
        "VALUES (?, ?, 'claimed', ?, ?, ?)"
    );
    insert.bind(job, number, token_sha256, executor, tx.now()).run();
    const Fence fence{tx.last_insert_id()};
    record(tx, fence, {.to_state = "claimed"});
    return fence;
}

std::optional<AttemptRow> find_attempt(Connection& db, Fence fence) {
    return db.prepare(select("WHERE id = ?")).bind(fence).find_row(read_attempt);
}

std::optional<AttemptRow> find_attempt_by_token(Connection& db, std::string_view token_sha256) {
    return db.prepare(select("WHERE token_sha256 = ?")).bind(token_sha256).find_row(read_attempt);
}

std::optional<AttemptRow> find_open_attempt(Connection& db, model::JobId job) {
    auto query = db.prepare(select("WHERE job = ? AND state IN ('claimed', 'running')"));
    return query.bind(job).find_row(read_attempt);
}

std::vector<AttemptRow> list_attempts(Connection& db, model::JobId job) {
    return db.prepare(select("WHERE job = ? ORDER BY id")).bind(job).list(read_attempt);
}

std::vector<AttemptRow> list_open_attempts(Connection& db) {
    auto query = db.prepare(select("WHERE state IN ('claimed', 'running') ORDER BY id"));
    return query.list(read_attempt);
}

std::int64_t count_open_attempts(Connection& db) {
    auto query = db.prepare("SELECT count(*) FROM attempts WHERE state IN ('claimed', 'running')");
    return query.find<std::int64_t>().value_or(0);
}

std::vector<Fence> list_unswept(Connection& db, int limit) {
    auto query = db.prepare(
        "SELECT id FROM attempts WHERE swept = 0 AND state IN ('ended', 'parked') "
        "ORDER BY id LIMIT ?"
    );
    return query.bind(limit).list([](Statement& row) {
        Fence fence;
        row.read(fence);
        return fence;
    });
}

Result<> set_attempt_token(Transaction& tx, Fence fence, std::string_view token_sha256) {
    auto update = tx.prepare(
        "UPDATE attempts SET token_sha256 = ? "
        "WHERE id = ? AND state = 'claimed' AND nonce IS NULL"
    );
    if (update.bind(token_sha256, fence).run() == 0) {
        return conflict("a runner has attached to attempt " + to_text(fence) + " already");
    }
    return {};
}

Result<> attach_attempt(Transaction& tx, const Attach& attach) {
    const auto before = find_attempt(tx, attach.fence);
    auto update = tx.prepare(
        "UPDATE attempts SET state = 'running', nonce = ?, runner_version = ?, "
        "attached_at = coalesce(attached_at, ?) WHERE id = ? AND token_sha256 = ? "
        "AND state IN ('claimed', 'running') AND (nonce IS NULL OR nonce = ?)"
    );
    update.bind(
        attach.nonce,
        attach.runner_version,
        tx.now(),
        attach.fence,
        attach.token_sha256,
        attach.nonce
    );
    if (update.run() == 0) return refused("attempt " + to_text(attach.fence) + " is not yours");
    if (before->state == AttemptState::running) return {};
    record(tx, attach.fence, {.from_state = "claimed", .to_state = "running"});
    return {};
}

Result<bool> move_acked(Transaction& tx, const Hold& hold, std::int64_t seq) {
    auto update = tx.prepare(
        "UPDATE attempts SET acked = ? "
        "WHERE id = ? AND nonce = ? AND state = 'running' AND acked < ?"
    );
    if (update.bind(seq, hold.fence, hold.nonce, seq).run() == 1) return true;
    const auto attempt = find_attempt(tx, hold.fence);
    const bool is_held = attempt && attempt->state == AttemptState::running &&
                         attempt->nonce == hold.nonce && !hold.nonce.empty();
    if (!is_held) return lost(hold.fence);
    return false;
}

Result<> end_attempt(Transaction& tx, const Hold& hold, const AttemptEnd& end) {
    const auto attempt = find_attempt(tx, hold.fence);
    const bool is_held = attempt && attempt->state == AttemptState::running &&
                         attempt->nonce == hold.nonce && !hold.nonce.empty();
    if (!is_held) return lost(hold.fence);
    end_row(tx, {hold.fence, AttemptState::running}, end);
    return {};
}

Result<> close_attempt(Transaction& tx, Fence fence, const AttemptEnd& end) {
    const auto attempt = find_attempt(tx, fence);
    if (!attempt || is_final(attempt->state)) {
        return conflict("attempt " + to_text(fence) + " is not open");
    }
    end_row(tx, {fence, attempt->state}, end);
    return {};
}

void set_swept(Transaction& tx, Fence fence) {
    tx.prepare("UPDATE attempts SET swept = 1 WHERE id = ?").bind(fence).run();
}

std::int64_t last_fence(Connection& db) {
    auto query = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'attempts'");
    return query.find<std::int64_t>().value_or(0);
}

void raise_fences(Transaction& tx, std::int64_t fence) {
    if (last_fence(tx) >= fence) return;
    tx.prepare("DELETE FROM sqlite_sequence WHERE name = 'attempts'").run();
    tx.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('attempts', ?)").bind(fence).run();
}

}  // namespace triphammer::store
