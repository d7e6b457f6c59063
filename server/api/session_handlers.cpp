#include "access/setup.hpp"
#include "access/tokens.hpp"
#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"
#include "store/database.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

bool is_secure(const Services& services) {
    return services.base_url.starts_with("https://");
}

json token_json(const access::TokenEntry& token) {
    const auto time = [](const std::optional<TimePoint>& at) {
        return at ? json(to_rfc3339(*at)) : json{};
    };
    return {
        {"name", token.name},
        {"role", access::name_of(token.role)},
        {"created_at", to_rfc3339(token.created_at)},
        {"expires_at", time(token.expires_at)},
        {"revoked_at", time(token.revoked_at)},
    };
}

Result<access::NewToken> read_token(const Call& call, TimePoint now) {
    const auto body = read_object(call);
    if (!body) return body.error();
    access::NewToken token;
    auto name = text_field(*body, "name");
    if (!name) return name.error();
    token.name = std::move(*name);
    auto role = text_field(*body, "role");
    if (!role) return role.error();
    const auto known = access::parse_role(*role);
    if (!known) return invalid("role must be viewer, developer, approver or admin");
    token.role = *known;
    const auto days = number_field(*body, "expires_days", 0);
    if (!days) return days.error();
    if (*days < 0 || *days > 3650) return invalid("expires_days must be between 1 and 3650");
    if (*days > 0) token.expires_at = now + Milliseconds{*days * 86'400'000};
    token.actor = call.who.actor;
    return token;
}

/// The repository that a token is limited to; none where the body names none.
Result<model::RepositoryId> find_limit(store::Connection& connection, const std::string& name) {
    if (name.empty()) return model::RepositoryId{};
    const auto found = store::find_repository_by_name(connection, name);
    if (!found) return not_found("no repository is called " + name);
    return found->id;
}

}  // namespace

Answer use_setup_link(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto token = text_field(*body, "token");
    if (!token) co_return http::make_error(token.error());
    auto use = [&](store::Transaction& transaction) {
        return access::use_setup_link(transaction, services.random, *token);
    };
    auto used = services.database.write(use);
    const auto cookie = co_await std::move(used);
    if (!cookie && cookie.error().code == Code::unauthorized) {
        services.failures.note_failure(client_of(call.request));
        co_return http::make_error(
            403, "refused", "this link was used or is older than 15 minutes: triphammer setup-link"
        );
    }
    if (!cookie) co_return http::make_error(cookie.error());
    auto response = reply(200, json{{"role", "admin"}});
    response.headers.add("Set-Cookie", access::make_session_cookie(*cookie, is_secure(services)));
    co_return response;
}

Answer show_session(Services&, Call call) {
    co_return reply(200, json{{"actor", call.who.actor}, {"role", access::name_of(call.who.role)}});
}

Answer end_session(Services& services, Call call) {
    const auto field = call.request.headers.find("Cookie").value_or("");
    const auto at = field.find(access::kSessionCookie);
    const std::string name{access::kSessionCookie};
    std::string cookie;
    if (at != std::string_view::npos) {
        cookie = field.substr(at + name.size() + 1);
        cookie.resize(std::min(cookie.find(';'), cookie.size()));
    }
    auto end = [&](store::Transaction& transaction) {
        return access::end_session(transaction, cookie);
    };
    auto ended = services.database.write(end);
    const auto done = co_await std::move(ended);
    auto response = reply_empty(done);
    response.headers.add("Set-Cookie", name + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    co_return response;
}

Answer create_setup_link(Services& services, Call call) {
    auto create = [&](store::Transaction& transaction) {
        return access::create_setup_link(transaction, services.random, call.who.actor);
    };
    auto created = services.database.write(create);
    const auto link = co_await std::move(created);
    if (!link) co_return http::make_error(link.error());
    const auto expires = services.clock.now() + access::kSetupLinkLife;
    co_return reply(
        201,
        json{
            {"url", services.base_url + "/setup?token=" + link->reveal()},
            {"expires_at", to_rfc3339(expires)}}
    );
}

Answer list_tokens(Services& services, Call) {
    auto list = [](store::Connection& connection) { return access::list_tokens(connection); };
    auto listed = services.database.read(list);
    const auto tokens = co_await std::move(listed);
    if (!tokens) co_return http::make_error(tokens.error());
    auto items = json::array();
    for (const auto& token : *tokens) items.push_back(token_json(token));
    co_return reply(200, json{{"items", items}, {"next", nullptr}});
}

Answer create_token(Services& services, Call call) {
    auto token = read_token(call, services.clock.now());
    if (!token) co_return http::make_error(token.error());
    const auto repository = text_field(*read_object(call), "repository", "");
    if (!repository) co_return http::make_error(repository.error());
    auto create = [&](store::Transaction& transaction) -> Result<Secret> {
        const auto limit = find_limit(transaction, *repository);
        if (!limit) return limit.error();
        token->repository = *limit;
        return access::create_token(transaction, services.random, *token);
    };
    auto created = services.database.write(create);
    const auto text = co_await std::move(created);
    if (!text) co_return http::make_error(text.error());
    co_return reply(201, json{{"name", token->name}, {"token", text->reveal()}});
}

Answer revoke_token(Services& services, Call call) {
    auto revoke = [&](store::Transaction& transaction) {
        return access::revoke_token(transaction, call.parameter(0), call.who.actor);
    };
    auto revoked = services.database.write(revoke);
    const auto done = co_await std::move(revoked);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
