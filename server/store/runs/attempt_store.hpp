#pragma once
// `attempts`: one try of a job by one runner. Its id is the fencing number.
//
//   claimed ──▶ running ──▶ ended | parked      (claimed ──▶ ended: never attached)

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct AttemptRow {
    model::Fence fence;
    model::JobId job;
    std::int64_t number = 0;
    model::AttemptState state = model::AttemptState::claimed;
    std::string token_sha256;
    std::string nonce;  // empty: no runner has attached
    std::string executor;
    std::string runner_version;
    std::int64_t acked = 0;  // journal offset up to which everything is in the tables
    std::string result;      // name of the job state it ended in
    model::Cause cause = model::Cause::none;
    TimePoint claimed_at;
    std::optional<TimePoint> attached_at;
    std::optional<TimePoint> ended_at;
    bool swept = false;
};

/// Counts `jobs.attempts` up and takes that number. A second open attempt of a job breaks a
/// constraint.
model::Fence insert_attempt(
    Transaction& tx, model::JobId job, std::string_view token_sha256, std::string_view executor
);
std::optional<AttemptRow> find_attempt(Connection& db, model::Fence fence);
/// By the hash of its token, whatever its state: how a runner is known at the door.
std::optional<AttemptRow> find_attempt_by_token(Connection& db, std::string_view token_sha256);
/// The claimed or running one of a job.
std::optional<AttemptRow> find_open_attempt(Connection& db, model::JobId job);
/// Oldest first.
std::vector<AttemptRow> list_attempts(Connection& db, model::JobId job);
/// Claimed and running ones, oldest first.
std::vector<AttemptRow> list_open_attempts(Connection& db);
std::int64_t count_open_attempts(Connection& db);
/// Ended or parked ones whose engine objects or run folder may still be there, oldest first.
std::vector<model::Fence> list_unswept(Connection& db, int limit);

/// A start that is repeated brings a new token, while no runner has attached. Else Code::conflict.
Result<> set_attempt_token(Transaction& tx, model::Fence fence, std::string_view token_sha256);

struct Attach {
    model::Fence fence = {};
    std::string_view token_sha256 = {};
    std::string_view nonce = {};  // drawn by the runner
    std::string_view runner_version = {};
};

/// Compare-and-set on (fence, token, claimed or running, nonce empty or this one): Code::refused
/// otherwise.
Result<> attach_attempt(Transaction& tx, const Attach& attach);

/// Who may write for an attempt: the runner that attached, while the attempt runs.
struct Hold {
    model::Fence fence = {};
    std::string nonce = {};
};

/// Moves `acked` up to `seq`. True: the record is new; false: it was applied before.
/// Code::conflict when `hold` is not held (any more).
Result<bool> move_acked(Transaction& tx, const Hold& hold, std::int64_t seq);

struct AttemptEnd {
    model::AttemptState state = model::AttemptState::ended;
    std::string_view result = {};  // name of a job state
    model::Cause cause = model::Cause::none;
    std::string_view reason = {};
};

/// By its runner. Code::conflict when `hold` is not held (any more).
Result<> end_attempt(Transaction& tx, const Hold& hold, const AttemptEnd& end);
/// By the server: lost, or never attached. Code::conflict when it is not open.
Result<> close_attempt(Transaction& tx, model::Fence fence, const AttemptEnd& end);
void set_swept(Transaction& tx, model::Fence fence);

/// The highest number that an attempt ever had; 0: there was none.
std::int64_t last_fence(Connection& db);
/// Attempts to come have numbers above `fence`.
void raise_fences(Transaction& tx, std::int64_t fence);

}  // namespace triphammer::store
