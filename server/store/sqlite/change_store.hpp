#pragma once
// `changes`: what changed, append-only, written in the transaction of the change; and how far each
// reader has come. report (outbox), api (live events) and access (audit chain) read it by cursor.

#include "store/sqlite/transaction.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewChange {
    std::string_view subject = {};  // run, job, step, attempt, delivery, deployment, repository, …
    std::int64_t id = 0;            // of the subject; for a step the fence of its attempt
    model::RunId run = {};          // the run it belongs to, for subscriptions; none elsewhere
    std::int64_t number = 0;        // of a step
    std::string_view from_state = {};
    std::string_view to_state = {};
    std::string_view reason = {};
    std::string_view actor = {};  // a person's name; empty: the server itself
};

struct ChangeRow {
    std::int64_t seq = 0;
    TimePoint at;
    std::string subject;
    std::int64_t id = 0;
    model::RunId run;
    std::int64_t number = 0;
    std::string from_state;
    std::string to_state;
    std::string reason;
    std::string actor;
};

/// Returns its seq.
std::int64_t append_change(Transaction& tx, const NewChange& change);

/// Oldest first.
std::vector<ChangeRow> list_changes(Connection& db, std::int64_t after_seq, int limit);
/// 0 when there is none.
std::int64_t last_change(Connection& db);

/// How far `reader` has come; 0 for a new one.
std::int64_t cursor_of(Connection& db, std::string_view reader);
void move_cursor(Transaction& tx, std::string_view reader, std::int64_t seq);

}  // namespace triphammer::store
