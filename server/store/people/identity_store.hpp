#pragma once
// `github_identities`: which account at GitHub is whose here, by GitHub's number.

#include "store/people/user_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct IdentityRow {
    UserId user;
    std::int64_t number = 0;  // GitHub's, of the account
    std::string login;        // its name at the last sign-in: for people to read
    bool joined = false;      // the account here was made by signing in there
    TimePoint linked_at;
};

std::optional<IdentityRow> find_identity(Connection& db, UserId user);
std::optional<IdentityRow> find_identity_by_number(Connection& db, std::int64_t number);
/// `linked_at` is now. Code::conflict where the number, or the user, has one.
Result<> add_identity(
    Transaction& tx, const UserRow& user, const IdentityRow& identity, std::string_view actor
);
/// What GitHub calls it now.
void note_login(Transaction& tx, std::int64_t number, std::string_view login);
/// Code::not_found where there is none. Who it was stays known.
Result<> remove_identity(Transaction& tx, const UserRow& user, std::string_view actor);

struct PastIdentity {
    std::int64_t number = 0;
    std::string login;
};

/// Whom the account was linked with and is not any more: unlinking ends a way in, and changes
/// nothing about who made a commit.
std::vector<PastIdentity> list_past_identities(Connection& db, UserId user);

}  // namespace triphammer::store
