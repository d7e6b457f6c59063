#include "api/audit.hpp"
#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"
#include "history/history.hpp"
#include "store/database.hpp"
#include "store/delivery_store.hpp"

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
    const auto repository = find_listed_repository(connection, call);
    if (!repository) return repository.error();
    filter.repository = *repository;
    return filter;
}

/// The rights of a token that is limited to one repository end there.
bool may_see(const Call& call, model::RepositoryId repository) {
    return !call.who.repository || call.who.repository == repository;
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
        const auto row = store::find_delivery_by_guid(connection, call.parameter(0));
        if (!row || !may_see(call, row->repository)) {
            return not_found("no delivery has the id " + call.parameter(0));
        }
        return history::get_delivery(connection, call.parameter(0));
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer replay_delivery(Services& services, Call call) {
    if (call.request.query.find("dry_run") == "true") {
        auto preview = preview_delivery(services, call.parameter(0), call.who);
        co_return co_await std::move(preview);
    }
    auto reopen = [&](store::Transaction& transaction) -> Result<> {
        const auto row = store::find_delivery_by_guid(transaction, call.parameter(0));
        if (!row || !may_see(call, row->repository)) {
            return not_found("no delivery has the id " + call.parameter(0));
        }
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
