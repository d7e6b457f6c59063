#pragma once
// `secrets`: sealed by access/ before they come here; this folder never sees a value.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct SecretScope {
    model::RepositoryId repository = {};  // none: the server's
    std::string environment = {};         // empty: any
};

struct SecretRow {
    model::SecretId id;
    SecretScope scope;
    std::string name;
    std::string sealed;
    TimePoint updated_at;
    std::string updated_by;
    std::optional<TimePoint> used_at = {};  // to a minute
};

void put_secret(
    Transaction& tx,
    const SecretScope& scope,
    std::string_view name,
    std::string_view sealed,
    std::string_view actor
);
/// Names ignore case, as the language does.
std::optional<SecretRow> find_secret(
    Connection& db, const SecretScope& scope, std::string_view name
);
/// Exactly this scope.
std::vector<SecretRow> list_secrets(Connection& db, const SecretScope& scope);
/// Everything a job of (repository, environment) sees, the widest scope first: server, repository,
/// environment.
std::vector<SecretRow> list_visible_secrets(Connection& db, const SecretScope& scope);
std::vector<SecretRow> list_all_secrets(Connection& db);
/// A job of that scope was given those of these names: of each name the narrowest one.
void note_secret_uses(
    Transaction& tx, const SecretScope& scope, const std::vector<std::string>& names
);
/// Code::not_found when there is none.
Result<> remove_secret(
    Transaction& tx, const SecretScope& scope, std::string_view name, std::string_view actor
);
/// The same value under another master key. Code::conflict when it was set anew meanwhile.
Result<> reseal_secret(Transaction& tx, const SecretRow& old, std::string_view sealed);

}  // namespace triphammer::store
