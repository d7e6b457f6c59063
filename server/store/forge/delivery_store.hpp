#pragma once
// `deliveries`: every webhook that came, accepted or refused.
//
//   pending ──▶ started | ignored | duplicate | failed      (refused at the door: never pending)

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewDelivery {
    std::string hook = {};  // the last part of its route; empty for the server's own
    std::string guid = {};
    std::string event = {};
    std::string action = {};
    std::string source_address = {};
    model::RepositoryId repository = {};  // none: not known
    std::string content_key = {};         // model::Event::content_key
    std::string head_key = {};            // of a push: branch and commit; else empty
    bool is_found = false;                // made of a branch's head, which no delivery named
    std::string facts_json = "null";
    std::string headers_json = "{}";
    std::string body = {};  // as received; stored compressed
};

struct Appended {
    enum class Kind {
        kept,      // pending: to be planned
        repeated,  // (hook, guid) was accepted before: nothing was written
        same_fact  // kept as a duplicate of an earlier delivery of the same content
    };

    Kind kind = Kind::kept;
    model::DeliveryId id = {};  // of the new row; for `repeated` of the earlier one
};

/// Cheap: this is what a webhook waits for. A found push is not written where a delivery of it is
/// there; a real one that comes after it is its duplicate, once: a later push may bring the branch
/// to the same commit again.
Appended append_delivery(Transaction& tx, const NewDelivery& delivery);

struct NewRefusal {
    std::string hook = {};
    std::string guid = {};  // may be empty: it was not even that
    std::string event = {};
    std::string source_address = {};
    std::string reason = {};  // for people
    std::string headers_json = "{}";
    std::int64_t body_bytes = 0;
};

/// The oldest refused ones beyond `keep` are forgotten: strangers cannot fill the disk.
model::DeliveryId append_refusal(Transaction& tx, const NewRefusal& refusal, std::int64_t keep);

struct DeliveryRow {
    model::DeliveryId id;
    std::string hook;
    std::string guid;
    std::string event;
    std::string action;
    TimePoint received_at;
    std::string source_address;
    model::DeliveryOutcome outcome = model::DeliveryOutcome::pending;
    std::string reason;
    std::string reasons_json;
    model::RepositoryId repository;
    std::string content_key;
    std::int64_t plan_attempts = 0;
    TimePoint next_plan_at;
    std::optional<TimePoint> finished_at;
    std::string facts_json;
    std::string headers_json;
    std::int64_t body_bytes = 0;
};

std::optional<DeliveryRow> find_delivery(Connection& db, model::DeliveryId id);
/// The newest with that guid, an accepted one before a refused one.
std::optional<DeliveryRow> find_delivery_by_guid(Connection& db, std::string_view guid);
/// The body as it came; nothing for refused ones.
std::optional<std::string> find_delivery_body(Connection& db, model::DeliveryId id);

/// Still pending: planning was not possible now (network, forge). Counts the attempt.
Result<> postpone_delivery(
    Transaction& tx, model::DeliveryId id, TimePoint next_at, std::string_view reason
);

struct DeliveryEnd {
    model::DeliveryOutcome outcome = model::DeliveryOutcome::ignored;
    std::string reason = {};              // one sentence
    std::string reasons_json = "null";    // model::Reason
    model::RepositoryId repository = {};  // where planning learned it; none: left as it is
};

/// Code::conflict when it is not pending.
Result<> finish_delivery(Transaction& tx, model::DeliveryId id, const DeliveryEnd& end);
/// Back to pending: planned once more, whatever came of it before. Code::conflict for a refused or
/// pending one.
Result<> reopen_delivery(Transaction& tx, model::DeliveryId id, std::string_view actor);

}  // namespace triphammer::store
