#include "access/github_accounts.hpp"

#include "access/setup.hpp"
#include "access/users.hpp"
#include "base/text.hpp"
#include "store/sqlite/meta_store.hpp"

#include <algorithm>

namespace triphammer::access {

namespace {

struct Candidate {
    std::string kind;  // "user", "organization"
    std::int64_t id = 0;
    std::string login;
};

/// A name that was given up at GitHub may be taken by anybody, so the first that came in by it
/// keeps it here.
bool is_meant(store::Transaction& tx, const std::string& entry, const Candidate& candidate) {
    if (const auto number = parse_integer(entry)) return *number == candidate.id;
    const auto key = "auth.github." + candidate.kind + "." + to_lower(entry);
    const auto number = std::to_string(candidate.id);
    if (const auto known = store::find_meta(tx, key)) return *known == number;
    if (!equal_ignoring_case(entry, candidate.login)) return false;
    store::put_meta(tx, key, number);
    return true;
}

bool is_among(
    store::Transaction& tx, const std::vector<std::string>& entries, const Candidate& candidate
) {
    return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
        return is_meant(tx, entry, candidate);
    });
}

bool is_allowed_in(store::Transaction& tx, const GithubRules& rules, const github::Person& person) {
    if (is_among(tx, rules.users, {"user", person.id, person.login})) return true;
    const auto& all = person.organizations;
    return std::any_of(all.begin(), all.end(), [&](const github::Organization& one) {
        return is_among(tx, rules.organizations, {"organization", one.id, one.login});
    });
}

Error not_allowed(const GithubRules& rules, const std::string& login) {
    if (rules.organizations.empty() && rules.users.empty()) {
        return refused(
            "no account here is linked with " + login +
            " at GitHub: sign in with your password and link it under Account, or ask an admin "
            "for an account"
        );
    }
    const auto whose = rules.organizations.empty() ? std::string{"the list of this server"}
                                                   : join(rules.organizations, ", ");
    return refused(
        login + " at GitHub does not belong to " + whose +
        ". If it does: the organization has to approve this OAuth App (GitHub, Settings → "
        "Applications → Authorized OAuth Apps). Else ask an admin"
    );
}

Result<store::UserRow> make_account(
    store::Transaction& tx, const GithubRules& rules, const github::Person& person
) {
    if (store::find_user_by_name(tx, person.login)) {
        return refused(
            "there is an account called " + person.login +
            " here, which is not linked with this account at GitHub. If it is yours, sign in with "
            "its password and link it under Account; else ask an admin for an account of another "
            "name, and link that"
        );
    }
    const auto actor = "github:" + std::to_string(person.id);
    if (auto added = add_user(tx, person.login, rules.role, actor); !added) return added.error();
    const auto user = *store::find_user_by_name(tx, person.login);
    const store::IdentityRow identity{user.id, person.id, person.login, true, {}};
    if (auto linked = store::add_identity(tx, user, identity, actor); !linked) {
        return linked.error();
    }
    return user;
}

/// An account that was made by signing in lasts as long as its reason; one that an admin made is
/// the admin's to end.
Result<store::UserRow> find_account(
    store::Transaction& tx,
    const GithubRules& rules,
    const github::Person& person,
    const std::optional<store::IdentityRow>& known
) {
    const bool has_to_be_meant = !known || known->joined;
    if (has_to_be_meant && !is_allowed_in(tx, rules, person)) {
        return not_allowed(rules, person.login);
    }
    if (!known) return make_account(tx, rules, person);
    auto user = store::find_user(tx, known->user);
    if (!user) return not_found("the account that is linked with " + person.login + " is gone");
    if (user->disabled_at) {
        return refused("the account " + user->name + " is disabled; ask an admin");
    }
    store::note_login(tx, person.id, person.login);
    return std::move(*user);
}

}  // namespace

Result<GithubEntry> enter_by_github(
    store::Transaction& transaction,
    Random& random,
    const GithubRules& rules,
    const github::Person& person
) {
    const auto known = store::find_identity_by_number(transaction, person.id);
    auto user = find_account(transaction, rules, person, known);
    if (!user) return user.error();
    auto cookie = open_session(transaction, random, *user);
    return GithubEntry{std::move(cookie), std::move(*user), !known};
}

Result<> link_github(
    store::Transaction& transaction,
    store::UserId id,
    const github::Person& person,
    const std::string& actor
) {
    const auto user = store::find_user(transaction, id);
    if (!user || user->disabled_at) return refused("this account is not there any more");
    const store::IdentityRow identity{id, person.id, person.login, false, {}};
    return store::add_identity(transaction, *user, identity, actor);
}

Result<> unlink_github(
    store::Transaction& transaction, const std::string& name, const std::string& actor
) {
    const auto user = store::find_user_by_name(transaction, name);
    if (!user) return not_found("nobody is called " + name);
    if (user->password.empty() && store::find_identity(transaction, user->id)) {
        return conflict(
            name +
            " has no password, and no other way in: an admin makes a link to choose one "
            "(triphammer user reset " +
            name + ") first"
        );
    }
    return store::remove_identity(transaction, *user, actor);
}

}  // namespace triphammer::access
