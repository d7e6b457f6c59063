#pragma once
// `repositories`: what is built here. A removed one keeps its history and frees its name.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewRepository {
    std::int64_t forge_id = 0;   // GitHub's numeric id; 0: learned from the first signed delivery
    std::string full_name = {};  // OWNER/NAME
    std::string clone_url = {};
    std::string default_branch = {};
    std::string workflows_dir = ".triphammer";
    std::vector<std::string> workflow_files = {};  // patterns of those that count; empty: all
    std::string hook = {};                         // the last part of its webhook route
    std::string hook_secret = {};                  // sealed by access/
    std::string clone_token = {};                  // sealed; empty: none
    std::string deploy_key = {};                   // its private half, sealed; empty: none
    std::string deploy_key_public = {};
};

struct RepositoryRow {
    model::RepositoryId id;
    std::int64_t forge_id = 0;
    std::string full_name;
    std::string clone_url;
    std::string default_branch;
    std::string workflows_dir;
    std::vector<std::string> workflow_files;
    std::string workflow_access;  // whose workflows may call its own: none, owner, everyone
    std::string hook;
    std::string hook_secret;
    std::string old_hook_secret;  // sealed; empty: none
    TimePoint old_secret_until;   // it signs, too
    std::string clone_token;
    std::string deploy_key;  // sealed; empty: none
    std::string deploy_key_public;
    std::int64_t forge_hook = 0;  // GitHub's id of the hook; 0: not known
    TimePoint created_at;
};

/// Code::conflict for a name, a hook or a forge id that is taken.
Result<model::RepositoryId> add_repository(Transaction& tx, const NewRepository& repository);

// None of these finds a removed one.
std::optional<RepositoryRow> find_repository(Connection& db, model::RepositoryId id);
std::optional<RepositoryRow> find_repository_by_name(Connection& db, std::string_view full_name);
std::optional<RepositoryRow> find_repository_by_hook(Connection& db, std::string_view hook);
std::optional<RepositoryRow> find_repository_by_forge_id(Connection& db, std::int64_t forge_id);
std::vector<RepositoryRow> list_repositories(Connection& db);

/// The first signed delivery names it. Code::conflict when another is known or has it.
Result<> learn_forge_id(Transaction& tx, model::RepositoryId id, std::int64_t forge_id);

struct RepositorySettings {
    std::string full_name = {};
    std::string clone_url = {};
    std::string default_branch = {};
    std::string workflows_dir = {};
};

Result<> set_repository(
    Transaction& tx, model::RepositoryId id, const RepositorySettings& settings
);
/// Whether a workflow of its default branch starts on workflow_run.
void set_follows_runs(Transaction& tx, model::RepositoryId id, bool follows);
bool follows_runs(Connection& db, model::RepositoryId id);
bool is_any_run_followed(Connection& db);
/// Patterns of the workflow files that count, without line breaks; none: all do.
Result<> set_workflow_files(
    Transaction& tx, model::RepositoryId id, const std::vector<std::string>& patterns
);
/// Repositories besides itself whose workflows may call its own: none, those of the same owner (as
/// it begins), everyone.
Result<> set_workflow_access(
    Transaction& tx, model::RepositoryId id, std::string_view access, std::string_view actor
);
Result<> set_hook_secret(Transaction& tx, model::RepositoryId id, std::string_view sealed);
/// The one before signs, too, until then.
Result<> rotate_hook_secret(
    Transaction& tx, model::RepositoryId id, std::string_view sealed, TimePoint old_until
);
/// The one before the rotation is the only one again.
Result<> restore_hook_secret(Transaction& tx, model::RepositoryId id);
/// Empty: none any more.
Result<> set_clone_token(Transaction& tx, model::RepositoryId id, std::string_view sealed);
/// GitHub's id of its hook; 0: not known any more.
Result<> set_forge_hook(Transaction& tx, model::RepositoryId id, std::int64_t forge_hook);
Result<> remove_repository(Transaction& tx, model::RepositoryId id, std::string_view actor);
/// The name of a repository, removed or not; empty: none.
std::string name_of_repository(Connection& db, model::RepositoryId id);

}  // namespace triphammer::store
