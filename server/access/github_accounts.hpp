#pragma once
// Accounts of people who come by GitHub. Who somebody is there is told by GitHub's number alone: a
// name that is like an account's here is a coincidence, or an attack.

#include "access/principal.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "github/oauth.hpp"
#include "store/people/identity_store.hpp"

#include <string>
#include <vector>

namespace triphammer::access {

/// auth.github: for whom an account is made here when they come for the first time. Names or
/// numbers; a name means whom it meant when somebody first came in by it.
struct GithubRules {
    std::vector<std::string> organizations;
    std::vector<std::string> users;
    Role role = Role::none;  // of the accounts that are made
};

struct GithubEntry {
    Secret cookie;
    store::UserRow user;
    bool is_new = false;
};

/// Opens a session of who `person` is here, or makes the account. Code::refused, with what to do:
/// neither linked nor meant by the rules, another's name, or disabled.
Result<GithubEntry> enter_by_github(
    store::Transaction& transaction,
    Random& random,
    const GithubRules& rules,
    const github::Person& person
);

/// `user` is `person` at GitHub. Code::conflict where either is linked already.
Result<> link_github(
    store::Transaction& transaction,
    store::UserId user,
    const github::Person& person,
    const std::string& actor
);

/// Code::not_found: there is nothing to unlink; conflict: it is this account's only way in.
Result<> unlink_github(
    store::Transaction& transaction, const std::string& name, const std::string& actor
);

}  // namespace triphammer::access
