// The repositories that the GitHub App was given, each with its switch: on is registered, fetched
// and reported with the App's tokens, its events come through the App's hook.

#include "access/repository_keys.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/github/handlers.hpp"
#include "github/hooks.hpp"
#include "github/installations.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

Result<> check_app(const Services& services) {
    if (services.forge_app == nullptr) {
        return Error{Code::unavailable, "no server is running: systemctl start triphammer"};
    }
    if (services.forge_app->is_known()) return {};
    return not_found("this server has no GitHub App: make one at /connect/github");
}

json place_json(const github::Place& place) {
    return {
        {"id", place.id},
        {"account", place.account},
        {"page", place.page},
        {"all", place.has_all},
        {"suspended", place.is_suspended},
    };
}

Task<Result<json>> given_json(Services& services, const github::GivenPage& page) {
    auto read = [&](store::Connection& db) -> Result<json> {
        auto items = json::array();
        for (const auto& one : page.items) {
            const bool is_known = store::find_repository_by_forge_id(db, one.id).has_value() ||
                                  store::find_repository_by_name(db, one.full_name).has_value();
            items.push_back({
                {"id", std::to_string(one.id)},
                {"full_name", one.full_name},
                {"private", one.is_private},
                {"archived", one.is_archived},
                {"registered", is_known},
            });
        }
        return value_of({
            {"items", std::move(items)},
            {"total", page.total},
            {"next", page.next == 0 ? json{} : json(std::to_string(page.next))},
        });
    };
    auto reading = services.database.read(read);
    co_return co_await std::move(reading);
}

/// What GitHub says of it, with a token of the App's.
Task<Result<github::ForgeRepository>> ask_github(Services& services, std::string name) {
    auto& app = *services.forge_app;
    app.look_again();  // it was installed a moment ago, perhaps
    auto borrowing = app.borrow(name, {{"metadata", "read"}});
    auto token = co_await std::move(borrowing);
    if (!token) co_return token.error();
    auto settings = services.github_api;
    settings.token = std::move(*token);
    const github::Client client{std::move(settings), services.clock};
    auto reading = github::read_repository(client, std::move(name));
    co_return co_await std::move(reading);
}

Result<store::NewRepository> make_given(
    const Services& services, const github::ForgeRepository& facts
) {
    const auto url = git::check_url(facts.clone_url, services.url_rules);
    if (!url) return with_context("the address that GitHub gives", url.error());
    store::NewRepository out;
    out.forge_id = facts.id;
    out.full_name = facts.full_name;
    out.clone_url = url->text();
    out.default_branch = facts.default_branch;
    out.hook = random_hex(services.random, 16);
    // Nobody knows it: its events come through the App's hook.
    const Secret secret{random_hex(services.random, 32)};
    out.hook_secret = access::seal_hook_secret(services.sealer, out.hook, secret);
    return out;
}

}  // namespace

Answer list_installations(Services& services, Call) {
    if (const auto there = check_app(services); !there) co_return http::make_error(there.error());
    auto listing = github::list_places(*services.forge_app);
    const auto places = co_await std::move(listing);
    if (!places) co_return http::make_error(places.error());
    auto items = json::array();
    for (const auto& place : *places) items.push_back(place_json(place));
    co_return reply(200, json{{"items", items}, {"next", nullptr}});
}

Answer list_given_repositories(Services& services, Call call) {
    if (const auto there = check_app(services); !there) co_return http::make_error(there.error());
    const auto installation = id_of(call.parameter(0));
    if (!installation) co_return http::make_error(installation.error());
    const auto page = query_number(call, "cursor", 1);
    if (!page || *page < 1 || *page > 10'000) {
        co_return http::make_error(invalid("cursor must be the 'next' of the page before"));
    }
    auto listing = github::list_given(
        *services.forge_app,
        services.github_api,
        services.clock,
        std::to_string(*installation),
        static_cast<int>(*page)
    );
    const auto given = co_await std::move(listing);
    if (!given) co_return http::make_error(given.error());
    auto describing = given_json(services, *given);
    co_return reply(co_await std::move(describing));
}

Answer register_given_repository(Services& services, Call call) {
    if (const auto there = check_app(services); !there) co_return http::make_error(there.error());
    auto asking = ask_github(services, call.parameter(0) + "/" + call.parameter(1));
    const auto facts = co_await std::move(asking);
    if (!facts) co_return http::make_error(facts.error());
    const auto wanted = make_given(services, *facts);
    if (!wanted) co_return http::make_error(wanted.error());
    auto add = [&](store::Transaction& tx) -> Result<model::RepositoryId> {
        const auto known = store::find_repository_by_forge_id(tx, facts->id);
        if (known) return known->id;
        const auto added = store::add_repository(tx, *wanted);
        if (!added) return added.error();
        const auto after = fields({{"clone_url", wanted->clone_url}});
        record(tx, call, {"repository.add", wanted->full_name, *added, {}, after});
        return added;
    };
    auto adding = services.database.write(add);
    const auto id = co_await std::move(adding);
    if (!id) co_return http::make_error(id.error());
    co_return reply(200, json{{"id", model::to_text(*id)}, {"full_name", wanted->full_name}});
}

}  // namespace triphammer::api
