#include "access/users.hpp"

#include "access/setup.hpp"
#include "base/digest.hpp"
#include "store/people/token_store.hpp"

#include <algorithm>

namespace triphammer::access {

namespace {

constexpr std::size_t kLinkBytes = 32;

bool is_user_name(std::string_view name) {
    if (name.empty() || name.size() > 64) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == '@' || c == '+';
    });
}

Error unknown_user(std::string_view name) {
    return not_found("nobody is called " + std::string{name});
}

Result<store::UserRow> find_known(store::Connection& connection, std::string_view name) {
    const auto user = store::find_user_by_name(connection, name);
    if (!user) return unknown_user(name);
    return *user;
}

/// What the account gave out and may not any more: links that nobody used, tokens that may more
/// than it does. The tokens' names.
Result<std::vector<std::string>> take_back(
    store::Transaction& transaction, const store::UserRow& user, const std::string& actor
) {
    const auto role = parse_role(user.role).value_or(Role::none);
    if (user.disabled_at || role != Role::admin) {
        store::drop_links_made_by(transaction, user.id);
    }
    std::vector<std::string> taken;
    for (const auto& token : store::list_tokens_made_by(transaction, user.id)) {
        if (!user.disabled_at && parse_role(token.role).value_or(Role::admin) <= role) continue;
        auto revoked = store::revoke_token(transaction, token.name, actor);
        if (!revoked) return revoked.error();
        taken.push_back(token.name);
    }
    return taken;
}

}  // namespace

std::string actor_of(const store::UserRow& user) {
    return "user:" + user.name;
}

Principal find_principal(store::Connection& connection, const store::UserRow& user) {
    Principal out{actor_of(user), parse_role(user.role).value_or(Role::none), {}, {}, {}};
    out.id = "user:" + model::to_text(user.id);
    for (const auto& grant : store::list_grants(connection, user.id)) {
        out.grants.push_back({grant.repository, parse_role(grant.role).value_or(Role::none)});
    }
    return out;
}

Result<> add_user(
    store::Transaction& transaction, std::string_view name, Role role, const std::string& actor
) {
    if (!is_user_name(name)) {
        return invalid("a user's name has 1 to 64 letters, digits, '-', '_', '.', '@' or '+'");
    }
    const auto added = store::add_user(transaction, name, name_of(role), actor);
    if (!added) return added.error();
    return {};
}

Result<Secret> invite_user(
    store::Transaction& transaction,
    Random& random,
    const std::string& name,
    const std::string& actor
) {
    const auto user = find_known(transaction, name);
    if (!user) return user.error();
    if (user->disabled_at) return conflict(name + " is disabled; enable the account first");
    store::end_sessions(transaction, user->id);
    if (!user->password.empty()) store::set_password(transaction, *user, "", actor);
    Secret link{random_hex(random, kLinkBytes)};
    const auto expires_at = transaction.now() + kInvitationLife;
    store::add_setup_link(transaction, {sha256_hex(link.reveal()), expires_at, user->id}, actor);
    return link;
}

Result<> set_grant(store::Transaction& transaction, const Grant& grant) {
    const auto user = find_known(transaction, grant.name);
    if (!user) return user.error();
    if (grant.role == Role::none) {
        return store::remove_grant(transaction, *user, grant.repository, grant.actor);
    }
    const store::GrantRow row{grant.repository, std::string{name_of(grant.role)}};
    store::put_grant(transaction, *user, row, grant.actor);
    return {};
}

Result<std::vector<std::string>> change_user(
    store::Transaction& transaction, const UserChange& change
) {
    const auto known = find_known(transaction, change.name);
    if (!known) return known.error();
    if (change.role) store::set_role(transaction, *known, name_of(*change.role), change.actor);
    if (change.disabled) store::set_disabled(transaction, *known, *change.disabled, change.actor);
    store::end_sessions(transaction, known->id);
    if (change.disabled.value_or(false)) {
        store::end_sessions_without_account(transaction, sha256_hex(change.cookie));
    }
    return take_back(transaction, *store::find_user(transaction, known->id), change.actor);
}

Result<std::optional<store::UserRow>> find_invited(
    store::Connection& connection, std::string_view link, TimePoint now
) {
    const auto id = store::find_setup_link(connection, sha256_hex(link), now);
    if (!id) return id.error();
    return store::find_user(connection, *id);
}

Result<Secret> accept_invitation(
    store::Transaction& transaction,
    Random& random,
    std::string_view link,
    const ChosenPassword& chosen
) {
    const auto id = store::use_setup_link(transaction, sha256_hex(link));
    if (!id) return id.error();
    if (!*id) {
        const auto added = add_user(transaction, chosen.name, Role::admin, "setup-link");
        if (!added) return added.error();
    }
    const auto user = find_known(transaction, chosen.name);
    if (!user) return user.error();
    const bool is_other = *id && user->id != *id;
    if (is_other || user->disabled_at) {
        return Error{Code::unauthorized, "this link is not for " + chosen.name};
    }
    store::set_password(transaction, *user, chosen.hash, actor_of(*user));
    store::end_sessions(transaction, user->id);
    return open_session(transaction, random, *user);
}

Result<Secret> sign_in(
    store::Transaction& transaction,
    Random& random,
    const store::UserRow& known,
    const std::string& renewed
) {
    const auto now = store::find_user(transaction, known.id);
    if (!now || now->disabled_at || now->password != known.password) {
        return Error{Code::unauthorized, "the name or the password is wrong"};
    }
    if (!renewed.empty()) store::renew_password(transaction, known.id, renewed);
    return open_session(transaction, random, *now);
}

Result<> change_password(
    store::Transaction& transaction,
    const store::UserRow& known,
    const std::string& hash,
    std::string_view cookie
) {
    store::set_password(transaction, known, hash, actor_of(known));
    store::end_sessions(transaction, known.id, sha256_hex(cookie));
    return {};
}

}  // namespace triphammer::access
