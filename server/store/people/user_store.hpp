#pragma once
// People: names, roles, and what is left of their passwords.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

using UserId = model::Id<struct UserTag>;

struct UserRow {
    UserId id;
    std::string name;
    std::string role;      // none | viewer | developer | approver | admin
    std::string password;  // access/password.hpp; empty: none chosen yet
    TimePoint created_at;
    std::optional<TimePoint> disabled_at;
};

/// Code::conflict for a name that is taken, whatever its case, also by somebody who is disabled.
Result<UserId> add_user(
    Transaction& tx, std::string_view name, std::string_view role, std::string_view actor
);
std::optional<UserRow> find_user(Connection& db, UserId id);
std::optional<UserRow> find_user_by_name(Connection& db, std::string_view name);
std::vector<UserRow> list_users(Connection& db);
/// An empty one: until another is chosen nobody signs in.
void set_password(
    Transaction& tx, const UserRow& user, std::string_view password, std::string_view actor
);
/// The same password under today's parameters: nothing that anybody has to hear of.
void renew_password(Transaction& tx, UserId user, std::string_view password);
void set_role(Transaction& tx, const UserRow& user, std::string_view role, std::string_view actor);

struct GrantRow {
    model::RepositoryId repository;
    std::string role;  // viewer | developer | approver | admin
};

/// Roles on repositories, beside the server's; of repositories that were not removed.
std::vector<GrantRow> list_grants(Connection& db, UserId user);
/// Gives the role, or another one.
void put_grant(Transaction& tx, const UserRow& user, const GrantRow& grant, std::string_view actor);
/// Code::not_found where there is none.
Result<> remove_grant(
    Transaction& tx, const UserRow& user, model::RepositoryId repository, std::string_view actor
);
void set_disabled(Transaction& tx, const UserRow& user, bool disabled, std::string_view actor);

}  // namespace triphammer::store
