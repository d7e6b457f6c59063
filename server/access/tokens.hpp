#pragma once
// API tokens: `th_` and 64 hex digits, shown once, kept as SHA-256.

#include "access/principal.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {
class Connection;
class Transaction;
}  // namespace triphammer::store

namespace triphammer::access {

struct NewToken {
    std::string name;
    Role role = Role::viewer;
    model::RepositoryId repository;  // none: all
    std::optional<TimePoint> expires_at;
    std::string actor;
};

struct TokenEntry {
    std::string name;
    Role role = Role::viewer;
    model::RepositoryId repository;
    TimePoint created_at{};
    std::optional<TimePoint> expires_at;
    std::optional<TimePoint> revoked_at;
};

/// The only time its text is known. Code::conflict for a name in use, Code::invalid for a bad one.
Result<Secret> create_token(store::Transaction& transaction, Random& random, const NewToken& token);

/// Who presents `text`. Code::unauthorized, with one message for every cause, for an unknown,
/// expired or revoked one.
Result<Principal> check_token(store::Connection& connection, std::string_view text, TimePoint now);

Result<std::vector<TokenEntry>> list_tokens(store::Connection& connection);

/// Code::not_found where no valid token has that name.
Result<> revoke_token(
    store::Transaction& transaction, const std::string& name, const std::string& actor
);

}  // namespace triphammer::access
