#pragma once
// `outbox`: what others must be told, written in the transaction of the change, sent until it
// arrived. For one (channel, subject) the last state wins: a newer row replaces a pending older
// one.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewMessage {
    std::string channel = {};  // github-status, github-comment
    model::RepositoryId repository = {};
    std::string subject = {};  // the channel's own key: for a status its commit and context
    std::string payload = {};  // JSON
};

struct MessageRow {
    std::int64_t id = 0;
    std::string channel;
    model::RepositoryId repository;
    std::string subject;
    std::string payload;
    std::int64_t tries = 0;
    TimePoint next_at;
    TimePoint created_at;
    std::string error;  // of the last try
};

/// For people: also what is over.
struct ListedMessage {
    MessageRow message;
    std::string state;  // pending, sent, replaced, dead
    std::string repository;
    std::optional<TimePoint> finished_at;
};

std::int64_t append_message(Transaction& tx, const NewMessage& message);
using Channels = std::vector<std::string>;

/// Pending ones of these channels that are due, oldest first.
std::vector<MessageRow> list_due_messages(
    Connection& db, const Channels& channels, TimePoint now, std::size_t limit
);
/// When the next one of these channels is due; nothing when none is pending.
std::optional<TimePoint> next_message_at(Connection& db, const Channels& channels);
/// Code::conflict when it is not pending (a newer one replaced it meanwhile).
Result<> finish_message(Transaction& tx, std::int64_t id);
Result<> postpone_message(
    Transaction& tx, std::int64_t id, TimePoint next_at, std::string_view error
);
/// Given up: `error` says why.
Result<> bury_message(Transaction& tx, std::int64_t id, std::string_view error);
/// Newest first; of one state, or of all where there is none of that name; of one channel, or of
/// all where it is empty.
std::vector<ListedMessage> list_messages(
    Connection& db, std::string_view state, std::string_view channel, std::size_t limit
);
std::int64_t count_messages(Connection& db, std::string_view state, std::string_view channel);
/// To be sent (again). Code::not_found; Code::conflict where the same subject was told something
/// newer since.
Result<> redeliver_message(Transaction& tx, std::int64_t id);
/// Whether this (channel, subject) was ever told anything (a context that was seen before).
bool has_message(Connection& db, std::string_view channel, std::string_view subject);

/// Messages from before `until` that were sent, replaced or given up, and what a channel remembers
/// of a run that none of its messages is about any more. What was a commit's status stays as long
/// as a run of that commit: it says how the next one is told. Looks at so many rows
/// behind `after`, and says where to go on; nothing: it is through.
std::optional<std::int64_t> trim_messages(
    Transaction& tx, TimePoint until, std::int64_t after, int look_at
);

}  // namespace triphammer::store
