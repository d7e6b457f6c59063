#pragma once
// Secrets of users: set by an admin, sealed in the database, handed to jobs, never shown again.
// Plain functions over the writer's transaction or a read connection; every change leaves a row in
// `changes` with its actor (never the value).

#include "access/sealing.hpp"
#include "base/clock.hpp"
#include "model/ids.hpp"
#include "model/job_document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {
class Connection;
class Transaction;
}  // namespace triphammer::store

namespace triphammer::access {

/// Where a secret is valid: the whole server (neither is set), a repository, or one environment of
/// a repository. The narrower wins.
struct SecretScope {
    model::RepositoryId repository;
    std::string environment;

    friend bool operator==(const SecretScope&, const SecretScope&) = default;
};

struct NewSecret {
    SecretScope scope;
    std::string name;  // [A-Z_][A-Z0-9_]*
    Secret value;      // at least 4 characters: a shorter one cannot be masked
    std::string actor;
};

struct SecretEntry {
    SecretScope scope;
    std::string name;
    TimePoint updated_at{};
    std::string updated_by;
    std::optional<TimePoint> used_at = {};  // when a job was last given it, to a minute
};

/// Creates or replaces. Code::invalid for a bad name, a short value or an environment without a
/// repository.
Result<> set_secret(store::Transaction& transaction, const Sealer& sealer, const NewSecret& secret);

/// Of every scope, by name; no values.
Result<std::vector<SecretEntry>> list_secrets(store::Connection& connection);

/// Code::not_found where there is none of that name in exactly that scope.
Result<> remove_secret(
    store::Transaction& transaction,
    const SecretScope& scope,
    const std::string& name,
    const std::string& actor
);

/// What a job is given.
struct JobScope {
    model::RepositoryId repository;
    std::string environment;
    bool from_fork = false;  // then: nothing, whatever is stored
};

/// By name, narrowest scope first chosen. An entry that does not open is an error of the whole.
Result<std::vector<model::NamedSecret>> resolve_secrets(
    store::Connection& connection, const Sealer& sealer, const JobScope& job
);

/// Leaves the trace that a job of `run` was given these (names only), and when, with the secrets;
/// none where there are none.
void record_use(
    store::Transaction& transaction,
    model::RunId run,
    model::Fence fence,
    const std::vector<model::NamedSecret>& secrets
);

}  // namespace triphammer::access
