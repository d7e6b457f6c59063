#include "store/people/audit_store.hpp"

#include "base/digest.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/window.hpp"

#include <algorithm>

namespace triphammer::store {

namespace {

/// Behind the number, which a Window puts first.
constexpr std::string_view kColumns =
    "a.at, a.actor_id, a.actor, a.address, a.action, a.object, a.repository, a.outcome, "
    "a.reason, a.before, a.after, a.hash";

AuditRow read_row(Statement& row) {
    AuditRow out;
    row.read(
        out.seq,
        out.at,
        out.actor.id,
        out.actor.name,
        out.actor.address,
        out.action,
        out.object,
        out.repository,
        out.outcome,
        out.reason,
        out.before,
        out.after,
        out.hash
    );
    return out;
}

void add_netstring(std::string& out, std::string_view bytes) {
    out += std::to_string(bytes.size());
    out += ':';
    out += bytes;
    out += ',';
}

AuditRow make_row(Transaction& tx, const AuditActor& who, const NewAudit& entry) {
    AuditRow row;
    row.at = from_unix_ms(to_unix_ms(tx.now()));
    row.actor = who;
    row.action = entry.action;
    row.object = entry.object;
    row.repository = entry.repository;
    row.outcome = name_of(entry.outcome);
    row.reason = entry.reason;
    row.before = entry.before;
    row.after = entry.after;
    return row;
}

void insert(Transaction& tx, const AuditRow& row) {
    auto statement = tx.prepare(
        "INSERT INTO audit (seq, at, actor_id, actor, address, action, object, repository, "
        "outcome, reason, before, after, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    statement
        .bind(
            row.seq,
            row.at,
            row.actor.id,
            row.actor.name,
            row.actor.address,
            row.action,
            row.object,
            row.repository.value,
            row.outcome,
            row.reason,
            row.before,
            row.after,
            row.hash
        )
        .run();
}

/// Rows that were removed at the end: the next number goes on behind them, so the gap shows.
std::int64_t next_seq(Connection& db, const AuditHead& head) {
    auto query = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
    return std::max(query.find<std::int64_t>().value_or(0), head.seq) + 1;
}

/// A whole noun is a range of actions: '/' follows '.'.
void narrow_action(Window& window, const std::string& action) {
    if (action.empty()) return;
    if (action.find('.') != std::string::npos) {
        window.sift("a.action = ?", action);
        return;
    }
    window.sift("a.action >= ?", action + '.');
    window.sift("a.action < ?", action + '/');
}

}  // namespace

AuditActor audit_server() {
    return {"server", "server", {}};
}

std::string_view name_of(AuditOutcome outcome) {
    switch (outcome) {
        case AuditOutcome::refused:
            return "refused";
        case AuditOutcome::failed:
            return "failed";
        case AuditOutcome::done:
            break;
    }
    return "done";
}

std::string audit_hash(std::string_view previous, const AuditRow& row) {
    std::string text;
    add_netstring(text, previous);
    add_netstring(text, std::to_string(row.seq));
    add_netstring(text, std::to_string(to_unix_ms(row.at)));
    add_netstring(text, row.actor.id);
    add_netstring(text, row.actor.name);
    add_netstring(text, row.actor.address);
    add_netstring(text, row.action);
    add_netstring(text, row.object);
    add_netstring(text, std::to_string(row.repository.value));
    add_netstring(text, row.outcome);
    add_netstring(text, row.reason);
    add_netstring(text, row.before);
    add_netstring(text, row.after);
    return sha256_hex(text);
}

std::int64_t append_audit(Transaction& tx, const AuditActor& who, const NewAudit& entry) {
    const auto head = audit_head(tx);
    auto row = make_row(tx, who, entry);
    row.seq = next_seq(tx, head);
    row.hash = audit_hash(head.hash, row);
    insert(tx, row);
    append_change(tx, {.subject = "audit", .id = row.seq});
    return row.seq;
}

AuditHead audit_head(Connection& db) {
    auto query = db.prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
    const auto found = query.find_row([](Statement& row) {
        AuditHead head;
        row.read(head.seq, head.hash);
        return head;
    });
    return found.value_or(AuditHead{});
}

Listed<AuditRow> list_audit(Connection& db, const AuditQuery& query, const ListPage& page) {
    Window window{"audit AS a", "a.seq"};
    window.use("a.repository = ?", query.repository.value);
    if (query.repository) {
        window.sift("+a.actor = ?", query.actor);
    } else {
        window.use("a.actor = ?", query.actor);
    }
    narrow_action(window, query.action);
    window.sift("a.object = ?", query.object);
    window.sift("a.outcome = ?", query.outcome);
    if (query.from) window.sift("a.at >= ?", to_unix_ms(*query.from));
    if (query.until) window.sift("a.at < ?", to_unix_ms(*query.until));
    return window.list(db, std::string{kColumns}, page, read_row);
}

std::vector<AuditRow> read_audit(Connection& db, std::int64_t after, int limit) {
    auto query = db.prepare(
        "SELECT a.seq, " + std::string{kColumns} +
        " FROM audit AS a WHERE a.seq > ? ORDER BY a.seq LIMIT ?"
    );
    return query.bind(after, limit).list(read_row);
}

std::optional<AuditBreak> check_audit(Connection& db, AuditHead& head, int limit) {
    for (const auto& row : read_audit(db, head.seq, limit)) {
        if (row.seq != head.seq + 1) return AuditBreak{head.seq + 1, "it is not there"};
        if (row.hash != audit_hash(head.hash, row)) {
            return AuditBreak{row.seq, "it is not what was written, or not where it was written"};
        }
        head = {row.seq, row.hash};
    }
    return {};
}

std::optional<AuditBreak> check_audit_end(
    Connection& db, const AuditHead& last, const std::optional<AuditHead>& kept
) {
    const auto counted = next_seq(db, last) - 1;
    const auto most = kept ? std::max(counted, kept->seq) : counted;
    if (most > last.seq) {
        return AuditBreak{last.seq + 1, "it was cut off: there were " + std::to_string(most)};
    }
    if (!kept || kept->seq == 0) return {};
    const auto rows = read_audit(db, kept->seq - 1, 1);
    if (!rows.empty() && rows[0].hash == kept->hash) return {};
    return AuditBreak{kept->seq, "it is another one than audit-head in the data directory names"};
}

}  // namespace triphammer::store
