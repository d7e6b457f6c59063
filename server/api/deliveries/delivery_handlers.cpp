#include "api/call/audit.hpp"
#include "api/call/hiding.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deliveries/handlers.hpp"
#include "history/history.hpp"
#include "history/payload.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

Result<history::DeliveryFilter> read_delivery_filter(
    const Call& call, store::Connection& connection
) {
    history::DeliveryFilter filter;
    filter.outcome = query_text(call, "outcome");
    filter.event = query_text(call, "event");
    auto listed = find_listed_repositories(connection, call);
    if (!listed) return listed.error();
    filter.repository = listed->only;
    filter.among = std::move(listed->among);
    return filter;
}

/// The rights of a token that is limited to one repository end there.
Result<store::DeliveryRow> find_reached(store::Connection& connection, const Call& call) {
    const auto unknown = not_found("no delivery has the id " + call.parameter(0));
    auto row = store::find_delivery_by_guid(connection, call.parameter(0));
    if (!row) return unknown;
    if (auto reached = check_reach(call, row->repository, unknown); !reached) {
        return reached.error();
    }
    return std::move(*row);
}

}  // namespace

Answer list_deliveries(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    auto list = [&](store::Connection& connection) -> Result<std::string> {
        const auto filter = read_delivery_filter(call, connection);
        if (!filter) return filter.error();
        return history::list_deliveries(connection, *filter, *page);
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer show_delivery(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto row = find_reached(connection, call);
        if (!row) return row.error();
        return history::get_delivery(connection, call.parameter(0));
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_payload(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto row = find_reached(connection, call);
        if (!row) return row.error();
        const Hiding hiding{connection, services.sealer, row->repository};
        const auto hide = [&](std::string_view text) { return hiding.hide(text); };
        return history::get_payload(connection, *row, hide);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer replay_delivery(Services& services, Call call) {
    if (call.request.query.find("dry_run") == "true") {
        auto preview = preview_delivery(services, std::move(call));
        co_return co_await std::move(preview);
    }
    auto reopen = [&](store::Transaction& transaction) -> Result<> {
        const auto row = find_reached(transaction, call);
        if (!row) return row.error();
        record(transaction, call, {"delivery.replay", call.parameter(0), row->repository});
        return store::reopen_delivery(transaction, row->id, call.who.actor);
    };
    auto reopened = services.database.write(reopen);
    const auto done = co_await std::move(reopened);
    if (!done) co_return http::make_error(done.error());
    if (services.on_delivery) services.on_delivery();
    co_return reply(202, json{{"delivery", call.parameter(0)}, {"outcome", "pending"}});
}

}  // namespace triphammer::api
