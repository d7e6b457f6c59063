#pragma once
// The audit: who did what to which object, from where, with which outcome. Append-only; a row is
// written in the transaction of what it tells of, so there is neither without the other.
//
// Each row's hash is SHA-256 over the hash of the row before (64 zeros before the first) and the
// row's own fields, each as a netstring ("LENGTH:BYTES,"): a row that was changed, dropped, put in
// or moved breaks the chain there. `audit-head` in the data directory holds the newest row's hash
// outside of the database, for rows that were cut off at the end.

#include "model/ids.hpp"
#include "store/sqlite/page.hpp"
#include "store/sqlite/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// Who acts, and from where.
struct AuditActor {
    std::string id = {};       // "user:3", "token:7", "socket:1000", "setup-link"; empty: nobody
    std::string name = {};     // "user:ada", as `changes.actor`
    std::string address = {};  // http::Peer::address; empty: the server itself
};

/// What the server does by itself, such as handing a secret to a job.
AuditActor audit_server();

enum class AuditOutcome { done, refused, failed };

std::string_view name_of(AuditOutcome outcome);

/// `before` and `after` are JSON objects with the fields that changed, never a secret's value;
/// empty where there was, or is, nothing.
struct NewAudit {
    std::string_view action = {};  // noun.verb: "secret.set", "user.change"
    std::string object = {};       // its name, else its number
    model::RepositoryId repository = {};
    std::string before = {};
    std::string after = {};
    std::string reason = {};
    AuditOutcome outcome = AuditOutcome::done;
};

/// Returns its number. Bytes that are no UTF-8 are kept as they are.
std::int64_t append_audit(Transaction& tx, const AuditActor& who, const NewAudit& entry);

struct AuditRow {
    std::int64_t seq = 0;
    TimePoint at;
    AuditActor actor;
    std::string action;
    std::string object;
    model::RepositoryId repository;
    std::string outcome;
    std::string reason;
    std::string before;
    std::string after;
    std::string hash;
};

/// What `row.hash` has to be behind a row with the hash `previous`. Pure.
std::string audit_hash(std::string_view previous, const AuditRow& row);

/// The newest row's place in the chain; {0, 64 zeros} before the first.
struct AuditHead {
    std::int64_t seq = 0;
    std::string hash = std::string(64, '0');

    friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

AuditHead audit_head(Connection& db);

/// Empty: not filtered by it.
struct AuditQuery {
    std::string actor = {};   // "user:ada"
    std::string action = {};  // "secret.set", or "secret" for all of that noun
    std::string object = {};
    std::string outcome = {};
    model::RepositoryId repository = {};
    std::optional<TimePoint> from = {};   // at or after
    std::optional<TimePoint> until = {};  // before
};

/// Newest first.
Listed<AuditRow> list_audit(Connection& db, const AuditQuery& query, const ListPage& page);
/// Oldest first, behind `after`; at most `limit`.
std::vector<AuditRow> read_audit(Connection& db, std::int64_t after, int limit);

/// Why the chain does not hold, and where.
struct AuditBreak {
    std::int64_t seq = 0;  // the first row that is not as it was written, or not there
    std::string why;
};

/// Checks up to `limit` rows behind `head` and moves it to the last that holds.
std::optional<AuditBreak> check_audit(Connection& db, AuditHead& head, int limit);
/// Whether rows behind `last`, the chain's end, were cut off: by what SQLite counted, and by
/// `kept`, a head that was written down earlier (none: not looked at).
std::optional<AuditBreak> check_audit_end(
    Connection& db, const AuditHead& last, const std::optional<AuditHead>& kept
);

}  // namespace triphammer::store
