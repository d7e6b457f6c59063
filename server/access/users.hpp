#pragma once
// People's accounts. Nobody ever knows another's password: an admin makes a link, and who opens it
// chooses one. What a user may is read with each request, so changes count at once.

#include "access/principal.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/people/user_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::access {

inline constexpr Milliseconds kInvitationLife{72LL * 3600 * 1000};

/// "user:ada", as `changes.actor` shows it.
std::string actor_of(const store::UserRow& user);
/// With the roles on repositories.
Principal find_principal(store::Connection& connection, const store::UserRow& user);

/// Code::invalid, Code::conflict.
Result<> add_user(
    store::Transaction& transaction, std::string_view name, Role role, const std::string& actor
);

/// A link by which `name` chooses a password, for 72 hours; earlier ones are dead, and so is the
/// password and every session. Code::not_found, Code::conflict for one who is disabled.
Result<Secret> invite_user(
    store::Transaction& transaction,
    Random& random,
    const std::string& name,
    const std::string& actor
);

struct UserChange {
    std::string name;
    std::optional<Role> role;
    std::optional<bool> disabled;
    std::string actor;
    std::string cookie = {};  // of the session that asks for it, if one does
};

struct Grant {
    std::string name;
    model::RepositoryId repository;
    Role role = Role::none;  // none: takes what was given
    std::string actor;
};

/// Counts with the next request; what the user follows live begins again. Code::not_found.
Result<> set_grant(store::Transaction& transaction, const Grant& grant);

/// Ends the user's sessions, the links that the user made and nobody used, and the tokens of the
/// user's making: all of one who is disabled, else those that may more than the user does now.
/// Where somebody is disabled, sessions without an account end, too, but the one that asks: nobody
/// knows whose they are. The answer is the names of these tokens. Code::not_found.
Result<std::vector<std::string>> change_user(
    store::Transaction& transaction, const UserChange& change
);

/// The user whom the link is for, none for an admin's link. Code::unauthorized.
Result<std::optional<store::UserRow>> find_invited(
    store::Connection& connection, std::string_view link, TimePoint now
);

struct ChosenPassword {
    std::string name;  // for an admin's link: the account that is made
    std::string hash;
};

/// Spends the link of `chosen.name`, or an admin's, and opens a session; the answer is the cookie's
/// value. Code::unauthorized, Code::conflict for a name that is taken.
Result<Secret> accept_invitation(
    store::Transaction& transaction,
    Random& random,
    std::string_view link,
    const ChosenPassword& chosen
);

/// After the password was found right; `renewed`: its hash under today's parameters, or empty.
/// Code::unauthorized where the account was disabled, or the password changed, meanwhile.
Result<Secret> sign_in(
    store::Transaction& transaction,
    Random& random,
    const store::UserRow& known,
    const std::string& renewed
);

/// Every other session of the user ends; `cookie`: the one that asks.
Result<> change_password(
    store::Transaction& transaction,
    const store::UserRow& known,
    const std::string& hash,
    std::string_view cookie
);

}  // namespace triphammer::access
