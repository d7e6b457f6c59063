#include "store/forge/delivery_listing.hpp"

#include "store/sqlite/window.hpp"

namespace triphammer::store {

namespace {

ListedDelivery read_listed(Statement& row) {
    ListedDelivery listed;
    auto& delivery = listed.delivery;
    row.read(
        delivery.id,
        delivery.hook,
        delivery.guid,
        delivery.event,
        delivery.action,
        delivery.received_at,
        delivery.outcome,
        delivery.reason,
        delivery.repository,
        delivery.finished_at,
        delivery.facts_json,
        delivery.body_bytes,
        listed.repository
    );
    return listed;
}

constexpr const char* kColumns =
    "d.hook, d.guid, d.event, d.action, d.received_at, d.outcome, d.reason, d.repository, "
    "d.finished_at, d.facts, d.body_bytes, "
    "(SELECT full_name FROM repositories AS p WHERE p.id = d.repository)";

}  // namespace

Listed<ListedDelivery> list_deliveries(
    Connection& db, const DeliveryQuery& query, const ListPage& page
) {
    Window window{"deliveries AS d", "d.id"};
    window.use("d.repository = ?", query.repository.value);
    window.sift_among("d.repository", query.among);
    window.sift("+d.outcome = ?", query.outcome);
    window.sift("d.event = ?", query.event);
    return window.list(db, kColumns, page, read_listed);
}

std::optional<TimePoint> last_delivery_at(Connection& db, model::RepositoryId repository) {
    auto query = db.prepare(
        "SELECT received_at FROM deliveries WHERE repository = ? ORDER BY id DESC LIMIT 1"
    );
    return query.bind(repository).find<TimePoint>();
}

std::optional<TimePoint> last_ping_at(
    Connection& db, model::RepositoryId repository, bool fetched
) {
    auto query = db.prepare(
        "SELECT received_at FROM (SELECT id, event, outcome, source_address, received_at "
        "FROM deliveries "
        "WHERE repository = ?1 ORDER BY id DESC LIMIT 1000) "
        "WHERE event = 'ping' AND outcome <> 'refused' AND (?2 OR source_address <> 'github') "
        "ORDER BY id DESC LIMIT 1"
    );
    return query.bind(repository, fetched).find<TimePoint>();
}

}  // namespace triphammer::store
