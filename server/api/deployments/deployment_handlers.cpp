#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deployments/handlers.hpp"
#include "deployments/ledger.hpp"
#include "history/history.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

Result<history::DeploymentFilter> read_deployment_filter(
    const Call& call, store::Connection& connection
) {
    history::DeploymentFilter filter;
    filter.environment = query_text(call, "environment");
    filter.state = query_text(call, "state");
    if (const auto text = query_text(call, "run"); !text.empty()) {
        const auto run = id_of(text);
        if (!run) return run.error();
        filter.run = model::RunId{*run};
    }
    auto listed = find_listed_repositories(connection, call);
    if (!listed) return listed.error();
    filter.repository = listed->only;
    filter.among = std::move(listed->among);
    return filter;
}

Result<model::DeploymentId> find_visible(store::Connection& connection, const Call& call) {
    const auto id = id_of(call.parameter(0));
    if (!id) return id.error();
    const auto row = store::find_deployment(connection, model::DeploymentId{*id});
    const auto unknown = not_found("there is no deployment " + call.parameter(0));
    if (!row) return unknown;
    if (auto reached = check_reach(call, row->repository, unknown); !reached) {
        return reached.error();
    }
    return row->id;
}

}  // namespace

Answer list_environments(Services& services, Call call) {
    auto list = [&](store::Connection& connection) -> Result<std::string> {
        const auto listed = find_listed_repositories(connection, call);
        if (!listed) return listed.error();
        return history::list_environments(connection, listed->among);
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer list_deployments(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    auto list = [&](store::Connection& connection) -> Result<std::string> {
        const auto filter = read_deployment_filter(call, connection);
        if (!filter) return filter.error();
        return history::list_deployments(connection, *filter, *page);
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer show_deployment(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto id = find_visible(connection, call);
        if (!id) return id.error();
        return history::get_deployment(connection, *id);
    };
    auto got = services.database.read(get);
    const auto found = co_await std::move(got);
    co_return reply(found);
}

Answer settle_deployment(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto state = text_field(*body, "state");
    const auto comment = text_field(*body, "comment", "");
    if (!state) co_return http::make_error(state.error());
    if (!comment) co_return http::make_error(comment.error());
    const auto known = model::parse_state<model::DeploymentState>(*state);
    if (!known)
        co_return http::make_error(invalid("state must be succeeded, failed or rolled_back"));
    auto settle = [&](store::Transaction& transaction) -> Result<> {
        const auto id = find_visible(transaction, call);
        if (!id) return id.error();
        const auto row = store::find_deployment(transaction, *id);
        const json before{{"state", model::name_of(row->state)}};
        const json after{{"state", *state}, {"comment", *comment}};
        const store::NewAudit entry{
            "deployment.settle", call.parameter(0), row->repository, fields(before), fields(after)};
        record(transaction, call, entry);
        return deployments::settle_deployment(transaction, *id, *known, *comment, call.who.actor);
    };
    auto settled = services.database.write(settle);
    const auto done = co_await std::move(settled);
    if (done && services.on_queue) services.on_queue();
    co_return reply_empty(done);
}

}  // namespace triphammer::api
