#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

ChangeRow read_change(Statement& row) {
    ChangeRow change;
    row.read(
        change.seq,
        change.at,
        change.subject,
        change.id,
        change.run,
        change.from_state,
        change.to_state,
        change.number,
        change.reason,
        change.actor
    );
    return change;
}

/// Steps and artifacts are told to people only, and so are attempts: where one of them makes work,
/// its job moves with it. Of deliveries the outbox wants those that started nothing: with the
/// others come runs.
bool is_work(const NewChange& change) {
    if (change.subject == "delivery") return change.to_state == "ignored";
    return change.subject != "step" && change.subject != "attempt" &&
           change.subject != "artifact" && change.subject != "report";
}

}  // namespace

std::int64_t append_change(Transaction& tx, const NewChange& change) {
    auto insert = tx.prepare(
        "INSERT INTO changes (at, subject, id, run, from_state, to_state, number, reason, actor) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    insert
        .bind(
            tx.now(),
            change.subject,
            change.id,
            change.run.value,
            change.from_state,
            change.to_state,
            change.number,
            change.reason,
            change.actor
        )
        .run();
    tx.note_change(tx.last_insert_id(), is_work(change));
    return tx.news().last;
}

std::vector<ChangeRow> list_changes(Connection& db, std::int64_t after_seq, int limit) {
    auto query = db.prepare(
        "SELECT seq, at, subject, id, run, from_state, to_state, number, reason, actor "
        "FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"
    );
    return query.bind(after_seq, limit).list(read_change);
}

std::int64_t last_change(Connection& db) {
    auto query = db.prepare("SELECT max(seq) FROM changes");
    return query.find<std::int64_t>().value_or(0);
}

std::int64_t cursor_of(Connection& db, std::string_view reader) {
    auto query = db.prepare("SELECT seq FROM cursors WHERE reader = ?");
    return query.bind(reader).find<std::int64_t>().value_or(0);
}

void move_cursor(Transaction& tx, std::string_view reader, std::int64_t seq) {
    auto put = tx.prepare(
        "INSERT INTO cursors (reader, seq) VALUES (?, ?) "
        "ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq"
    );
    put.bind(reader, seq).run();
}

}  // namespace triphammer::store
