#include "store/outbox_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

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

/// By its name in the text: so that the index of those in that state alone is taken.
std::string in_state(std::string_view state) {
    for (const std::string_view known : {"pending", "sent", "replaced", "dead"}) {
        if (state == known) return "o.state = '" + std::string{known} + "'";
    }
    return "1";
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

std::vector<MessageRow> list_due_messages(
    Connection& db, const Channels& channels, TimePoint now, std::size_t limit
) {
    std::vector<MessageRow> due;
    for (const auto& channel : channels) {
        auto query = db.prepare(
            "SELECT id, channel, repository, subject, payload, tries, next_at, created_at, error "
            "FROM outbox WHERE state = 'pending' AND channel = ? AND next_at <= ? "
            "ORDER BY next_at, id LIMIT ?"
        );
        auto found = query.bind(channel, now, limit).list(read_message);
        std::move(found.begin(), found.end(), std::back_inserter(due));
    }
    std::sort(due.begin(), due.end(), [](const MessageRow& a, const MessageRow& b) {
        return std::pair{a.next_at, a.id} < std::pair{b.next_at, b.id};
    });
    if (due.size() > limit) due.resize(limit);
    return due;
}

std::optional<TimePoint> next_message_at(Connection& db, const Channels& channels) {
    std::optional<TimePoint> next;
    for (const auto& channel : channels) {
        auto query = db.prepare(
            "SELECT next_at FROM outbox WHERE state = 'pending' AND channel = ? "
            "ORDER BY next_at, id LIMIT 1"
        );
        const auto found = query.bind(channel).find<TimePoint>();
        if (found && (!next || *found < *next)) next = found;
    }
    return next;
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

std::vector<ListedMessage> list_messages(
    Connection& db, std::string_view state, std::string_view channel, std::size_t limit
) {
    auto query = db.prepare(
        "SELECT o.id, o.channel, o.repository, o.subject, o.payload, o.tries, o.next_at, "
        "o.created_at, o.error, o.state, r.full_name, o.finished_at FROM outbox AS o "
        "JOIN repositories AS r ON r.id = o.repository WHERE " +
        in_state(state) + " AND (?1 = '' OR o.channel = ?1) ORDER BY o.id DESC LIMIT ?2"
    );
    return query.bind(channel, limit).list([](Statement& row) {
        ListedMessage listed;
        auto& message = listed.message;
        row.read(
            message.id,
            message.channel,
            message.repository,
            message.subject,
            message.payload,
            message.tries,
            message.next_at,
            message.created_at,
            message.error,
            listed.state,
            listed.repository,
            listed.finished_at
        );
        return listed;
    });
}

std::int64_t count_messages(Connection& db, std::string_view state, std::string_view channel) {
    auto query = db.prepare(
        "SELECT count(*) FROM outbox AS o WHERE " + in_state(state) + " AND o.channel = ?"
    );
    return query.bind(channel).find<std::int64_t>().value_or(0);
}

Result<> redeliver_message(Transaction& tx, std::int64_t id) {
    auto find = tx.prepare(
        "SELECT EXISTS (SELECT 1 FROM outbox AS newer WHERE newer.channel = o.channel "
        "AND newer.subject = o.subject AND newer.id > o.id) FROM outbox AS o WHERE o.id = ?"
    );
    const auto is_overtaken = find.bind(id).find<std::int64_t>();
    if (!is_overtaken) return not_found("there is no message " + std::to_string(id));
    if (*is_overtaken != 0) {
        return conflict("something newer was told about the same since; send that one again");
    }
    auto update = tx.prepare(
        "UPDATE outbox SET state = 'pending', tries = 0, next_at = ?1, created_at = ?1, "
        "finished_at = NULL WHERE id = ?2"
    );
    update.bind(tx.now(), id).run();
    return {};
}

bool has_message(Connection& db, std::string_view channel, std::string_view subject) {
    auto query = db.prepare("SELECT 1 FROM outbox WHERE channel = ? AND subject = ? LIMIT 1");
    return query.bind(channel, subject).find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
