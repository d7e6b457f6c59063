#include "store/forge/delivery_store.hpp"

#include "base/text.hpp"
#include "store/forge/branch_head_store.hpp"
#include "store/sqlite/compression.hpp"
#include "store/sqlite/state_change.hpp"

namespace triphammer::store {

using model::DeliveryId;
using model::DeliveryOutcome;

namespace {

constexpr auto kClocksDiffer = std::chrono::minutes{2};  // the forge's and ours
constexpr std::size_t kMaxBody = 64U << 20U;             // far above what intake accepts

constexpr std::string_view kColumns =
    "SELECT id, hook, guid, event, action, received_at, source_address, outcome, reason, reasons, "
    "repository, content_key, plan_attempts, next_plan_at, finished_at, facts, headers, body_bytes "
    "FROM deliveries JOIN delivery_bodies ON delivery = id ";

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

DeliveryRow read_delivery(Statement& row) {
    DeliveryRow delivery;
    row.read(
        delivery.id,
        delivery.hook,
        delivery.guid,
        delivery.event,
        delivery.action,
        delivery.received_at,
        delivery.source_address,
        delivery.outcome,
        delivery.reason,
        delivery.reasons_json,
        delivery.repository,
        delivery.content_key,
        delivery.plan_attempts,
        delivery.next_plan_at,
        delivery.finished_at,
        delivery.facts_json,
        delivery.headers_json,
        delivery.body_bytes
    );
    return delivery;
}

struct Earlier {
    DeliveryId id;
    std::string guid;
    model::RunId run;
};

/// An accepted delivery of the same fact that started something, or still may.
std::optional<Earlier> find_same_fact(Connection& db, const NewDelivery& delivery) {
    if (delivery.content_key.empty() || !delivery.repository) return {};
    auto query = db.prepare(
        "SELECT d.id, d.guid, (SELECT min(r.id) FROM runs AS r WHERE r.delivery = d.id) "
        "FROM deliveries AS d "
        "WHERE d.repository = ? AND d.content_key = ? AND d.content_key <> '' "
        "AND d.outcome IN ('pending', 'started') ORDER BY d.id LIMIT 1"
    );
    query.bind(delivery.repository, delivery.content_key);
    return query.find_row([](Statement& row) {
        Earlier earlier;
        row.read(earlier.id, earlier.guid, earlier.run);
        return earlier;
    });
}

/// Of a push: GitHub's clock stands at the end of its key, in seconds.
std::optional<TimePoint> pushed_at(const NewDelivery& delivery) {
    const std::string_view key = delivery.content_key;
    const auto seconds = parse_integer(key.substr(key.rfind(' ') + 1));
    if (!seconds) return {};
    return from_unix_ms(*seconds * 1000);
}

/// Whether the branch came to that commit once more, after it was found there.
bool is_later_push(Connection& db, const NewDelivery& delivery, DeliveryId found) {
    const auto at = pushed_at(delivery);
    auto query = db.prepare("SELECT received_at FROM deliveries WHERE id = ?");
    const auto found_at = query.bind(found).find<TimePoint>();
    return at && found_at && *at > *found_at + kClocksDiffer;
}

/// A found push that this real one is: it takes over the real one's key.
std::optional<Earlier> claim_found(Transaction& tx, const NewDelivery& delivery) {
    if (delivery.is_found || delivery.head_key.empty()) return {};
    auto sought = delivery;
    sought.content_key = delivery.head_key;
    auto found = find_same_fact(tx, sought);
    if (!found || is_later_push(tx, delivery, found->id)) return {};
    auto update = tx.prepare("UPDATE deliveries SET content_key = ? WHERE id = ?");
    update.bind(delivery.content_key, found->id).run();
    return found;
}

/// "head refs/heads/main SHA"
bool is_head_known(Connection& db, const NewDelivery& delivery) {
    const auto ref = delivery.head_key.find(' ') + 1;
    const auto sha = delivery.head_key.rfind(' ') + 1;
    const std::string_view key = delivery.head_key;
    return is_push_known(db, delivery.repository, key.substr(ref, sha - 1 - ref), key.substr(sha));
}

std::string describe(const Earlier& earlier) {
    if (earlier.run) return "same as run " + to_text(earlier.run);
    return "same as delivery " + earlier.guid;
}

std::optional<DeliveryId> find_accepted(Connection& db, const NewDelivery& delivery) {
    auto query =
        db.prepare("SELECT id FROM deliveries WHERE hook = ? AND guid = ? AND outcome <> 'refused'"
        );
    return query.bind(delivery.hook, delivery.guid).find<DeliveryId>();
}

void insert_body(
    Transaction& tx, DeliveryId id, std::string_view headers_json, std::optional<Blob> body
) {
    auto statement =
        tx.prepare("INSERT INTO delivery_bodies (delivery, headers, body) VALUES (?, ?, ?)");
    statement.bind(id, headers_json, body).run();
}

DeliveryId insert(Transaction& tx, const NewDelivery& delivery, const DeliveryEnd& end) {
    const bool is_pending = end.outcome == DeliveryOutcome::pending;
    auto statement = tx.prepare(
        "INSERT INTO deliveries (hook, guid, event, action, received_at, source_address, outcome, "
        "reason, repository, content_key, next_plan_at, finished_at, facts, body_bytes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    statement
        .bind(
            delivery.hook,
            delivery.guid,
            delivery.event,
            delivery.action,
            tx.now(),
            delivery.source_address,
            end.outcome,
            end.reason,
            delivery.repository,
            delivery.is_found ? delivery.head_key : delivery.content_key,
            tx.now(),
            is_pending ? std::optional<TimePoint>{} : tx.now(),
            delivery.facts_json,
            delivery.body.size()
        )
        .run();
    const DeliveryId id{tx.last_insert_id()};
    const auto body = compress(delivery.body);
    insert_body(tx, id, delivery.headers_json, Blob{body});
    return id;
}

void record(Transaction& tx, DeliveryId id, const NewChange& change) {
    NewChange row = change;
    row.subject = "delivery";
    row.id = id.value;
    record_state(tx, row);
}

void forget_oldest_refusals(Transaction& tx, std::int64_t keep) {
    const auto excess = counter(tx, "deliveries.refused") - keep;
    if (excess <= 0) return;
    const std::string oldest =
        "(SELECT id FROM deliveries WHERE outcome = 'refused' ORDER BY id LIMIT ?)";
    tx.prepare("DELETE FROM delivery_bodies WHERE delivery IN " + oldest).bind(excess).run();
    auto remove = tx.prepare("DELETE FROM deliveries WHERE id IN " + oldest);
    add_to_counter(tx, "deliveries.refused", -remove.bind(excess).run());
}

}  // namespace

Appended append_delivery(Transaction& tx, const NewDelivery& delivery) {
    if (const auto accepted = find_accepted(tx, delivery)) {
        return {Appended::Kind::repeated, *accepted};
    }
    if (delivery.is_found && is_head_known(tx, delivery)) return {Appended::Kind::repeated, {}};
    DeliveryEnd end;
    end.outcome = DeliveryOutcome::pending;
    auto earlier = find_same_fact(tx, delivery);
    if (!earlier) earlier = claim_found(tx, delivery);
    if (earlier) {
        end.outcome = DeliveryOutcome::duplicate;
        end.reason = describe(*earlier);
    }
    const auto id = insert(tx, delivery, end);
    record(tx, id, {.to_state = name_of(end.outcome), .reason = end.reason});
    return {earlier ? Appended::Kind::same_fact : Appended::Kind::kept, id};
}

DeliveryId append_refusal(Transaction& tx, const NewRefusal& refusal, std::int64_t keep) {
    auto statement = tx.prepare(
        "INSERT INTO deliveries (hook, guid, event, received_at, source_address, outcome, reason, "
        "finished_at, body_bytes) VALUES (?, ?, ?, ?, ?, 'refused', ?, ?, ?)"
    );
    statement
        .bind(
            refusal.hook,
            refusal.guid,
            refusal.event,
            tx.now(),
            refusal.source_address,
            refusal.reason,
            tx.now(),
            refusal.body_bytes
        )
        .run();
    const DeliveryId id{tx.last_insert_id()};
    insert_body(tx, id, refusal.headers_json, {});
    record(tx, id, {.to_state = "refused", .reason = refusal.reason});
    forget_oldest_refusals(tx, keep);
    return id;
}

std::optional<DeliveryRow> find_delivery(Connection& db, DeliveryId id) {
    return db.prepare(select("WHERE id = ?")).bind(id).find_row(read_delivery);
}

std::optional<DeliveryRow> find_delivery_by_guid(Connection& db, std::string_view guid) {
    // Each half has a partial index of its own.
    for (const auto* half : {"outcome <> 'refused'", "outcome = 'refused'"}) {
        const auto where = std::string{"WHERE guid = ? AND "} + half + " ORDER BY id DESC LIMIT 1";
        auto found = db.prepare(select(where)).bind(guid).find_row(read_delivery);
        if (found) return found;
    }
    return {};
}

std::optional<std::string> find_delivery_body(Connection& db, DeliveryId id) {
    auto query = db.prepare("SELECT body FROM delivery_bodies WHERE delivery = ?");
    const auto stored = query.bind(id).find<std::optional<std::string>>();
    if (!stored || !*stored) return {};
    auto body = decompress(**stored, kMaxBody);
    if (!body) throw SqlFailure{body.error()};
    return std::move(*body);
}

Result<> postpone_delivery(
    Transaction& tx, DeliveryId id, TimePoint next_at, std::string_view reason
) {
    auto update = tx.prepare(
        "UPDATE deliveries SET plan_attempts = plan_attempts + 1, next_plan_at = ?, reason = ? "
        "WHERE id = ? AND outcome = 'pending'"
    );
    if (update.bind(next_at, reason, id).run() == 0) {
        return conflict("delivery " + to_text(id) + " is not pending");
    }
    NewChange change{.subject = "delivery", .id = id.value, .reason = reason};
    change.from_state = change.to_state = "pending";
    append_change(tx, change);
    return {};
}

Result<> finish_delivery(Transaction& tx, DeliveryId id, const DeliveryEnd& end) {
    auto update = tx.prepare(
        "UPDATE deliveries SET outcome = ?, reason = ?, reasons = ?, finished_at = ?, "
        "repository = coalesce(?, repository) WHERE id = ? AND outcome = 'pending'"
    );
    update.bind(end.outcome, end.reason, end.reasons_json, tx.now(), end.repository, id);
    if (update.run() == 0) return conflict("delivery " + to_text(id) + " is not pending");
    record(
        tx, id, {.from_state = "pending", .to_state = name_of(end.outcome), .reason = end.reason}
    );
    return {};
}

Result<> reopen_delivery(Transaction& tx, DeliveryId id, std::string_view actor) {
    const auto delivery = find_delivery(tx, id);
    if (!delivery) return not_found("there is no delivery " + to_text(id));
    auto update = tx.prepare(
        "UPDATE deliveries SET outcome = 'pending', reason = '', finished_at = NULL, "
        "plan_attempts = 0, next_plan_at = ? "
        "WHERE id = ? AND outcome NOT IN ('pending', 'refused')"
    );
    if (update.bind(tx.now(), id).run() == 0) {
        return conflict("this delivery is " + std::string{name_of(delivery->outcome)});
    }
    record(
        tx,
        id,
        {.from_state = name_of(delivery->outcome),
         .to_state = "pending",
         .reason = "replayed",
         .actor = actor}
    );
    return {};
}

}  // namespace triphammer::store
