#include "history/json.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"

namespace triphammer::history {

namespace {

json describe(store::Connection& db, const store::DeliveryRow& delivery) {
    auto runs = json::array();
    for (const auto run : store::list_runs_of_delivery(db, delivery.id)) {
        runs.push_back(to_text(run));
    }
    return {
        {"id", to_text(delivery.id)},
        {"guid", delivery.guid},
        {"hook", delivery.hook},
        {"event", delivery.event},
        {"action", or_null(delivery.action)},
        {"received_at", to_time(delivery.received_at)},
        {"finished_at", to_time(delivery.finished_at)},
        {"outcome", name_of(delivery.outcome)},
        {"reason", or_null(delivery.reason)},
        {"facts", parse_column(delivery.facts_json)},
        {"body_bytes", delivery.body_bytes},
        {"runs", std::move(runs)},
    };
}

}  // namespace

Result<std::string> list_deliveries(
    store::Connection& db, const DeliveryFilter& filter, const Page& page
) {
    auto read = read_page(page);
    if (!read) return read.error();
    if (!filter.outcome.empty() && !model::parse_state<model::DeliveryOutcome>(filter.outcome)) {
        return invalid("there is no outcome '" + filter.outcome + "'");
    }
    store::DeliveryQuery query;
    query.repository = filter.repository;
    query.among = filter.among;
    query.outcome = filter.outcome;
    query.event = filter.event;
    const auto listed = store::list_deliveries(db, query, *read);
    json out{{"items", json::array()}, {"next", next_cursor(listed.next)}};
    for (const auto& row : listed.rows) {
        out["items"].push_back(describe(db, row.delivery));
        out["items"].back()["repository"] = or_null(row.repository);
    }
    return to_text(out);
}

Result<std::string> get_delivery(store::Connection& db, const std::string& guid) {
    const auto delivery = store::find_delivery_by_guid(db, guid);
    if (!delivery) return not_found("there is no delivery " + guid);
    auto out = describe(db, *delivery);
    out["repository"] = or_null(store::name_of_repository(db, delivery->repository));
    out["reasons"] = parse_column(delivery->reasons_json);
    out["headers"] = parse_column(delivery->headers_json);
    out["source_address"] = or_null(delivery->source_address);
    out["plan_attempts"] = delivery->plan_attempts;
    return to_text(out);
}

}  // namespace triphammer::history
