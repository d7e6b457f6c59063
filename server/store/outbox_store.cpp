#include "store/outbox_store.hpp"

namespace triphammer::store {

namespace {

MessageRow read_message(Statement& row) {
    MessageRow message;
    row.read(
        message.id,
        message.channel,
        message.repository,
        message.subject,
        message.payload,
        message.tries,
        message.next_at,
        message.created_at,
        message.error
    );
    return message;
}

Result<> expect_pending(std::int64_t rows, std::int64_t id) {
    if (rows == 0) return conflict("message " + std::to_string(id) + " is not pending any more");
    return {};
}

}  // namespace

std::int64_t append_message(Transaction& tx, const NewMessage& message) {
    auto replace = tx.prepare(
        "UPDATE outbox SET state = 'replaced', finished_at = ? "
        "WHERE channel = ? AND subject = ? AND state = 'pending'"
    );
    replace.bind(tx.now(), message.channel, message.subject).run();
    auto insert = tx.prepare(
        "INSERT INTO outbox (channel, repository, subject, payload, state, next_at, created_at) "
        "VALUES (?, ?, ?, ?, 'pending', ?, ?)"
    );
    insert.bind(
        message.channel, message.repository, message.subject, message.payload, tx.now(), tx.now()
    );
    insert.run();
    return tx.last_insert_id();
}

std::vector<MessageRow> list_due_messages(Connection& db, TimePoint now, int limit) {
    auto query = db.prepare(
        "SELECT id, channel, repository, subject, payload, tries, next_at, created_at, error "
        "FROM outbox WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, id LIMIT ?"
    );
    return query.bind(now, limit).list(read_message);
}

std::optional<TimePoint> next_message_at(Connection& db) {
    auto query =
        db.prepare("SELECT next_at FROM outbox WHERE state = 'pending' ORDER BY next_at, id LIMIT 1"
        );
    return query.find<TimePoint>();
}

Result<> finish_message(Transaction& tx, std::int64_t id) {
    auto update = tx.prepare(
        "UPDATE outbox SET state = 'sent', error = '', finished_at = ? "
        "WHERE id = ? AND state = 'pending'"
    );
    return expect_pending(update.bind(tx.now(), id).run(), id);
}

Result<> postpone_message(
    Transaction& tx, std::int64_t id, TimePoint next_at, std::string_view error
) {
    auto update = tx.prepare(
        "UPDATE outbox SET tries = tries + 1, next_at = ?, error = ? "
        "WHERE id = ? AND state = 'pending'"
    );
    return expect_pending(update.bind(next_at, error, id).run(), id);
}

Result<> bury_message(Transaction& tx, std::int64_t id, std::string_view error) {
    auto update = tx.prepare(
        "UPDATE outbox SET state = 'dead', tries = tries + 1, error = ?, finished_at = ? "
        "WHERE id = ? AND state = 'pending'"
    );
    return expect_pending(update.bind(error, tx.now(), id).run(), id);
}

bool has_message(Connection& db, std::string_view channel, std::string_view subject) {
    auto query = db.prepare("SELECT 1 FROM outbox WHERE channel = ? AND subject = ? LIMIT 1");
    return query.bind(channel, subject).find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
