#include "access/setup.hpp"
#include "access/tokens.hpp"
#include "access/users.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/people/handlers.hpp"
#include "api/people/session_reply.hpp"
#include "store/people/identity_store.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

json token_json(store::Connection& connection, const access::TokenEntry& token) {
    const auto repository = store::find_repository(connection, token.repository);
    const auto time = [](const std::optional<TimePoint>& at) {
        return at ? json(to_rfc3339(*at)) : json{};
    };
    return {
        {"name", token.name},
        {"role", access::name_of(token.role)},
        {"repository", repository ? json(repository->full_name) : json{}},
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
    if (!known || *known == access::Role::none) {
        return invalid("role must be viewer, developer, approver or admin");
    }
    token.role = *known;
    const auto days = number_field(*body, "expires_days", 0);
    if (!days) return days.error();
    if (*days < 0 || *days > 3650) return invalid("expires_days must be between 1 and 3650");
    if (*days > 0) token.expires_at = now + Milliseconds{*days * 86'400'000};
    token.actor = call.who.actor;
    return token;
}

json limits_of(const access::NewToken& token) {
    return {
        {"role", access::name_of(token.role)},
        {"expires_at", token.expires_at ? json(to_rfc3339(*token.expires_at)) : json{}},
    };
}

/// The repository that a token is limited to; none where the body names none.
Result<model::RepositoryId> find_limit(store::Connection& connection, const std::string& name) {
    if (name.empty()) return model::RepositoryId{};
    const auto found = store::find_repository_by_name(connection, name);
    if (!found) return not_found("no repository is called " + name);
    return found->id;
}

/// 409 for a session that no account stands behind.
std::optional<http::Response> refuse_without_account(const Call& call) {
    if (!access::is_without_account(call.who)) return std::nullopt;
    return http::make_error(
        409,
        "conflict",
        "this session belongs to no account, so what it gives out would end with nobody: sign in, "
        "or ask for it on the server's command line (triphammer token create, setup-link)"
    );
}

struct Link {
    std::string token;
    std::string name;  // of the account that an admin's link makes
    Secret password;
    bool only_asks = false;  // whose link it is; nothing is spent
};

Result<Link> read_link(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    Link link;
    auto token = text_field(*body, "token");
    if (!token) return token.error();
    link.token = std::move(*token);
    auto name = text_field(*body, "name", "");
    if (!name) return name.error();
    link.name = std::move(*name);
    auto password = text_field(*body, "password", "");
    if (!password) return password.error();
    link.password = Secret{std::move(*password)};
    const auto peek = body->find("peek");
    link.only_asks = peek != body->end() && *peek == true;
    return link;
}

Task<Result<std::optional<store::UserRow>>> find_link_user(Services& services, std::string token) {
    const auto now = services.clock.now();
    auto find = [&](store::Connection& connection) {
        return access::find_invited(connection, token, now);
    };
    auto finding = services.database.read(find);
    co_return co_await std::move(finding);
}

/// Chooses the password of `name`, whose link it is, or who gets an account by an admin's.
Task<Result<Secret>> accept_link(
    Services& services, const Call& call, const Link& link, std::string name
) {
    const auto fine = access::check_password_rules(name, link.password);
    if (!fine) co_return fine.error();
    auto hashing = services.passwords.hash(services.random, link.password);
    auto hash = co_await std::move(hashing);
    if (!hash) co_return hash.error();
    const access::ChosenPassword chosen{std::move(name), std::move(*hash)};
    auto accept = [&](store::Transaction& transaction) -> Result<Secret> {
        auto cookie = access::accept_invitation(transaction, services.random, link.token, chosen);
        if (!cookie) return cookie.error();
        const auto user = store::find_user_by_name(transaction, chosen.name);
        auto auditor = auditor_of(call);
        auditor.name = access::actor_of(*user);
        auditor.id = access::find_principal(transaction, *user).id;
        const json after{{"role", user->role}};
        store::append_audit(transaction, auditor, {"user.join", user->name, {}, {}, fields(after)});
        return cookie;
    };
    auto accepting = services.database.write(accept);
    co_return co_await std::move(accepting);
}

Answer refuse_link(Services& services, const Call& call, Error error) {
    if (error.code != Code::unauthorized) co_return http::make_error(error);
    services.failures.note_failure(client_of(call.request));
    const store::NewAudit refused{"setup-link.use", {}, {}, {}, {}, error.message};
    auto recording = record_refusal(services, call, refused);
    co_await std::move(recording);
    co_return http::make_error(403, "refused", error.message);
}

}  // namespace

Answer use_setup_link(Services& services, Call call) {
    const auto link = read_link(call);
    if (!link) co_return http::make_error(link.error());
    auto finding = find_link_user(services, link->token);
    const auto user = co_await std::move(finding);
    if (!user) {
        auto refusing = refuse_link(services, call, user.error());
        co_return co_await std::move(refusing);
    }
    if (link->only_asks) co_return reply(200, json{{"name", *user ? json((*user)->name) : json{}}});
    const auto name = *user ? (*user)->name : link->name;
    if (name.empty()) {
        auto use = [&](store::Transaction& transaction) {
            const store::AuditActor who{"setup-link", "setup-link", call.request.peer.address};
            store::append_audit(transaction, who, {"session.open", "setup-link"});
            return access::use_setup_link(transaction, services.random, link->token);
        };
        auto used = services.database.write(use);
        const auto cookie = co_await std::move(used);
        co_return reply_session(services, cookie, "admin");
    }
    auto accepting = accept_link(services, call, *link, name);
    const auto cookie = co_await std::move(accepting);
    co_return reply_session(services, cookie, *user ? (*user)->role : "admin");
}

Answer show_session(Services& services, Call call) {
    auto show = [&](store::Connection& connection) -> Result<json> {
        json out{{"actor", call.who.actor}, {"role", access::name_of(call.who.role)}};
        for (const auto& grant : call.who.grants) {
            const auto name = store::name_of_repository(connection, grant.repository);
            out["repositories"][name] = access::name_of(grant.role);
        }
        const auto identity = store::find_identity(connection, user_of(call.who));
        if (identity) out["github"] = identity_json(identity);
        return value_of(std::move(out));
    };
    auto showing = services.database.read(show);
    co_return reply(co_await std::move(showing));
}

Answer end_session(Services& services, Call call) {
    const auto cookie = session_cookie_of(call.request);
    auto end = [&](store::Transaction& transaction) {
        record(transaction, call, {"session.end", call.who.actor});
        return access::end_session(transaction, cookie);
    };
    auto ended = services.database.write(end);
    const auto done = co_await std::move(ended);
    auto response = reply_empty(done);
    const std::string name{access::kSessionCookie};
    response.headers.add("Set-Cookie", name + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    co_return response;
}

Answer create_setup_link(Services& services, Call call) {
    if (auto refusal = refuse_without_account(call)) co_return std::move(*refusal);
    auto create = [&](store::Transaction& transaction) {
        record(transaction, call, {"setup-link.create"});
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
    auto list = [](store::Connection& connection) -> Result<json> {
        const auto tokens = access::list_tokens(connection);
        if (!tokens) return tokens.error();
        auto items = json::array();
        for (const auto& token : *tokens) items.push_back(token_json(connection, token));
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer create_token(Services& services, Call call) {
    auto token = read_token(call, services.clock.now());
    if (!token) co_return http::make_error(token.error());
    const auto repository = text_field(*read_object(call), "repository", "");
    if (!repository) co_return http::make_error(repository.error());
    if (auto refusal = refuse_without_account(call)) co_return std::move(*refusal);
    auto create = [&](store::Transaction& transaction) -> Result<Secret> {
        const auto limit = find_limit(transaction, *repository);
        if (!limit) return limit.error();
        token->repository = *limit;
        const auto after = fields(limits_of(*token));
        record(transaction, call, {"token.create", token->name, *limit, {}, after});
        return access::create_token(transaction, services.random, *token);
    };
    auto created = services.database.write(create);
    const auto text = co_await std::move(created);
    if (!text) co_return http::make_error(text.error());
    co_return reply(201, json{{"name", token->name}, {"token", text->reveal()}});
}

Answer revoke_token(Services& services, Call call) {
    auto revoke = [&](store::Transaction& transaction) {
        record(transaction, call, {"token.revoke", call.parameter(0)});
        return access::revoke_token(transaction, call.parameter(0), call.who.actor);
    };
    auto revoked = services.database.write(revoke);
    const auto done = co_await std::move(revoked);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
