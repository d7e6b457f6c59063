#include "access/setup.hpp"
#include "access/users.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/people/handlers.hpp"
#include "api/people/session_reply.hpp"
#include "base/text.hpp"
#include "store/people/identity_store.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

json grants_json(store::Connection& connection, const store::UserRow& user) {
    auto out = json::array();
    for (const auto& grant : store::list_grants(connection, user.id)) {
        const auto name = store::name_of_repository(connection, grant.repository);
        out.push_back({{"repository", name}, {"role", grant.role}});
    }
    return out;
}

json user_json(store::Connection& connection, const store::UserRow& user) {
    const auto identity = store::find_identity(connection, user.id);
    return {
        {"github", identity_json(identity)},
        {"repositories", grants_json(connection, user)},
        {"name", user.name},
        {"role", user.role},
        {"created_at", to_rfc3339(user.created_at)},
        {"disabled_at", user.disabled_at ? json(to_rfc3339(*user.disabled_at)) : json{}},
        {"invited", user.password.empty() && !identity},
    };
}

http::Response reply_link(const Services& services, const Result<Secret>& link, int status) {
    if (!link) return http::make_error(link.error());
    const auto expires = services.clock.now() + access::kInvitationLife;
    const json body{
        {"url", services.base_url + "/setup?token=" + link->reveal()},
        {"expires_at", to_rfc3339(expires)}};
    return reply(status, body);
}

/// On the server; `none` for who gets repositories only.
Result<access::Role> role_field(const json& body) {
    const auto text = text_field(body, "role");
    if (!text) return text.error();
    const auto role = access::parse_role(*text);
    if (!role) return invalid("role must be viewer, developer, approver, admin or none");
    return *role;
}

Result<access::UserChange> read_change(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    access::UserChange change;
    change.name = call.parameter(0);
    change.actor = call.who.actor;
    change.cookie = session_cookie_of(call.request);
    if (body->contains("role")) {
        const auto role = role_field(*body);
        if (!role) return role.error();
        change.role = *role;
    }
    if (const auto disabled = body->find("disabled"); disabled != body->end()) {
        if (!disabled->is_boolean()) return invalid("disabled must be true or false");
        change.disabled = disabled->get<bool>();
    }
    if (!change.role && !change.disabled) return invalid("say role or disabled");
    return change;
}

/// For the audit; empty where nobody has that name.
std::string rights_of(
    store::Connection& connection,
    const std::string& name,
    const std::vector<std::string>& revoked = {}
) {
    const auto user = store::find_user_by_name(connection, name);
    if (!user) return {};
    json out{{"role", user->role}, {"disabled", user->disabled_at.has_value()}};
    if (!revoked.empty()) out["revoked_tokens"] = revoked;
    return fields(out);
}

std::string grant_fields(store::Connection& connection, const access::Grant& grant) {
    const auto user = store::find_user_by_name(connection, grant.name);
    if (!user) return {};
    for (const auto& row : store::list_grants(connection, user->id)) {
        if (row.repository == grant.repository) return fields({{"role", row.role}});
    }
    return {};
}

struct SignIn {
    std::string name;
    Secret password;
};

Result<SignIn> read_sign_in(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    auto name = text_field(*body, "name");
    if (!name) return name.error();
    auto password = text_field(*body, "password");
    if (!password) return password.error();
    if (name->size() > 64 || password->size() > access::kLongestPassword) {
        return invalid("a name has at most 64 characters, a password 256");
    }
    return SignIn{std::move(*name), Secret{std::move(*password)}};
}

struct NewPassword {
    Secret old;
    Secret chosen;
};

/// Of whoever is signed in as an account.
std::string name_of_user(const Call& call) {
    return call.who.actor.substr(std::string_view{"user:"}.size());
}

Result<NewPassword> read_new_password(const Call& call) {
    if (!user_of(call.who)) {
        return invalid("only users who signed in have a password to change");
    }
    const auto body = read_object(call);
    if (!body) return body.error();
    auto old = text_field(*body, "old");
    if (!old) return old.error();
    auto chosen = text_field(*body, "password");
    if (!chosen) return chosen.error();
    NewPassword out{Secret{std::move(*old)}, Secret{std::move(*chosen)}};
    const auto fine = access::check_password_rules(name_of_user(call), out.chosen);
    if (!fine) return fine.error();
    return out;
}

/// What failures to sign in are counted by, beside the client alone: the same person may come in
/// from elsewhere while somebody guesses.
std::string guess_of(const http::RequestHead& head, const std::string& name) {
    const auto client = client_of(head);
    return client.empty() ? std::string{} : client + " " + to_lower(name);
}

struct Proven {
    store::UserRow user;
    std::string renewed;  // the hash under today's parameters, where the stored one is outdated
};

/// Code::unauthorized unless `given` is right.
Task<Result<Proven>> prove(Services& services, SignIn given) {
    auto find = [&](store::Connection& connection) -> Result<std::optional<store::UserRow>> {
        return store::find_user_by_name(connection, given.name);
    };
    auto finding = services.database.read(find);
    const auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    // A name that nobody has costs what a wrong password costs.
    auto checking = services.passwords.check(given.password, *found ? (*found)->password : "");
    const auto fits = co_await std::move(checking);
    if (!fits) co_return fits.error();
    if (!*fits || (*found)->disabled_at) {
        co_return Error{Code::unauthorized, "the name or the password is wrong"};
    }
    Proven proven{**found, {}};
    if (access::is_outdated(proven.user.password)) {
        auto hashing = services.passwords.hash(services.random, std::move(given.password));
        auto hash = co_await std::move(hashing);
        if (hash) proven.renewed = std::move(*hash);
    }
    co_return proven;
}

}  // namespace

Task<std::optional<http::Response>> refuse_password(
    Services& services, const Call& call, Secret given, std::string action, std::string wrong
) {
    if (given.reveal().size() > access::kLongestPassword) {
        co_return http::make_error(403, "refused", wrong);
    }
    const auto guess = guess_of(call.request, name_of_user(call));
    const auto wait = services.guesses.find_wait(guess);
    if (wait.count() > 0) co_return http::make_too_many(wait);
    SignIn own{name_of_user(call), std::move(given)};
    auto proving = prove(services, std::move(own));
    const auto proven = co_await std::move(proving);
    if (proven) co_return std::nullopt;
    if (proven.error().code != Code::unauthorized) co_return http::make_error(proven.error());
    services.guesses.note_failure(guess);
    const store::NewAudit refused{std::move(action), call.who.actor, {}, {}, {}, wrong};
    auto recording = record_refusal(services, call, refused);
    co_await std::move(recording);
    co_return http::make_error(403, "refused", wrong);
}

Answer list_users(Services& services, Call) {
    auto list = [](store::Connection& connection) -> Result<json> {
        auto items = json::array();
        for (const auto& user : store::list_users(connection)) {
            items.push_back(user_json(connection, user));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer create_user(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto name = text_field(*body, "name");
    if (!name) co_return http::make_error(name.error());
    const auto role = role_field(*body);
    if (!role) co_return http::make_error(role.error());
    auto add = [&](store::Transaction& transaction) -> Result<Secret> {
        const auto added = access::add_user(transaction, *name, *role, call.who.actor);
        if (!added) return added.error();
        const json after{{"role", access::name_of(*role)}};
        record(transaction, call, {"user.create", *name, {}, {}, fields(after)});
        return access::invite_user(transaction, services.random, *name, call.who.actor);
    };
    auto adding = services.database.write(add);
    const auto link = co_await std::move(adding);
    co_return reply_link(services, link, 201);
}

Answer invite_user(Services& services, Call call) {
    auto invite = [&](store::Transaction& transaction) {
        record(transaction, call, {"user.invite", call.parameter(0)});
        return access::invite_user(transaction, services.random, call.parameter(0), call.who.actor);
    };
    auto inviting = services.database.write(invite);
    const auto link = co_await std::move(inviting);
    co_return reply_link(services, link, 201);
}

namespace {

/// Gives a role on the repository of the path, or (none) takes it.
Answer set_role_on_repository(Services& services, Call call, access::Role role) {
    const auto repository = call.parameter(1) + "/" + call.parameter(2);
    auto set = [&](store::Transaction& transaction) -> Result<> {
        const auto found = find_reached_repository(transaction, call, repository);
        if (!found) return found.error();
        const access::Grant grant{call.parameter(0), found->id, role, call.who.actor};
        const auto before = grant_fields(transaction, grant);
        if (auto done = access::set_grant(transaction, grant); !done) return done;
        const bool is_given = role != access::Role::none;
        const store::NewAudit entry{
            is_given ? "user.grant" : "user.revoke",
            grant.name,
            found->id,
            before,
            grant_fields(transaction, grant)};
        record(transaction, call, entry);
        return {};
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    co_return reply_empty(done);
}

}  // namespace

Answer grant_role(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto role = role_field(*body);
    if (!role) co_return http::make_error(role.error());
    if (*role == access::Role::none) {
        co_return http::make_error(invalid("role must be viewer, developer, approver or admin"));
    }
    auto setting = set_role_on_repository(services, std::move(call), *role);
    co_return co_await std::move(setting);
}

Answer revoke_role(Services& services, Call call) {
    auto setting = set_role_on_repository(services, std::move(call), access::Role::none);
    co_return co_await std::move(setting);
}

Answer change_user(Services& services, Call call) {
    const auto change = read_change(call);
    if (!change) co_return http::make_error(change.error());
    auto apply = [&](store::Transaction& transaction) -> Result<> {
        const auto before = rights_of(transaction, change->name);
        const auto revoked = access::change_user(transaction, *change);
        if (!revoked) return revoked.error();
        const auto after = rights_of(transaction, change->name, *revoked);
        record(transaction, call, {"user.change", change->name, {}, before, after});
        return {};
    };
    auto applying = services.database.write(apply);
    const auto done = co_await std::move(applying);
    co_return reply_empty(done);
}

Answer sign_in(Services& services, Call call) {
    auto given = read_sign_in(call);
    if (!given) co_return http::make_error(given.error());
    const auto name = given->name;
    const auto guess = guess_of(call.request, name);
    if (const auto wait = services.guesses.find_wait(guess); wait.count() > 0) {
        co_return http::make_too_many(wait);
    }
    auto proving = prove(services, std::move(*given));
    const auto proven = co_await std::move(proving);
    if (!proven) {
        if (proven.error().code == Code::unauthorized) {
            services.guesses.note_failure(guess);
            const store::NewAudit refused{
                "session.open", name, {}, {}, {}, "the name or the password is wrong"};
            auto recording = record_refusal(services, call, refused);
            co_await std::move(recording);
        }
        co_return http::make_error(proven.error());
    }
    auto open = [&](store::Transaction& transaction) {
        call.who = access::find_principal(transaction, proven->user);
        record(transaction, call, {"session.open", proven->user.name});
        return access::sign_in(transaction, services.random, proven->user, proven->renewed);
    };
    auto opening = services.database.write(open);
    const auto cookie = co_await std::move(opening);
    co_return reply_session(services, cookie, proven->user.role);
}

Answer change_password(Services& services, Call call) {
    auto wanted = read_new_password(call);
    if (!wanted) co_return http::make_error(wanted.error());
    const auto* wrong = "the old password is wrong";
    auto checking =
        refuse_password(services, call, std::move(wanted->old), "user.change-password", wrong);
    auto refusal = co_await std::move(checking);
    if (refusal) co_return std::move(*refusal);
    auto hashing = services.passwords.hash(services.random, std::move(wanted->chosen));
    const auto hash = co_await std::move(hashing);
    if (!hash) co_return http::make_error(hash.error());
    const auto cookie = session_cookie_of(call.request);
    auto change = [&](store::Transaction& transaction) -> Result<> {
        const auto user = store::find_user(transaction, user_of(call.who));
        if (!user) return not_found("this account is not there any more");
        record(transaction, call, {"user.change-password", user->name});
        return access::change_password(transaction, *user, *hash, cookie);
    };
    auto changing = services.database.write(change);
    const auto done = co_await std::move(changing);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
