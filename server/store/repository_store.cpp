#include "store/repository_store.hpp"

#include "base/text.hpp"
#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

using model::RepositoryId;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, forge_id, full_name, clone_url, default_branch, workflows_dir, "
    "workflow_files, workflow_access, hook, hook_secret, old_hook_secret, "
    "old_secret_until, clone_token, deploy_key, deploy_key_public, coalesce(forge_hook, 0), "
    "created_at FROM repositories WHERE removed_at IS "
    "NULL ";

RepositoryRow read_repository(Statement& row) {
    RepositoryRow repository;
    std::string files;
    row.read(
        repository.id,
        repository.forge_id,
        repository.full_name,
        repository.clone_url,
        repository.default_branch,
        repository.workflows_dir,
        files,
        repository.workflow_access,
        repository.hook,
        repository.hook_secret,
        repository.old_hook_secret,
        repository.old_secret_until,
        repository.clone_token,
        repository.deploy_key,
        repository.deploy_key_public,
        repository.forge_hook,
        repository.created_at
    );
    for (const auto line : split(files, '\n')) {
        if (!line.empty()) repository.workflow_files.emplace_back(line);
    }
    return repository;
}

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

std::optional<std::int64_t> known(std::int64_t number) {
    return number == 0 ? std::optional<std::int64_t>{} : number;
}

std::optional<Blob> blob_unless_empty(std::string_view bytes) {
    return bytes.empty() ? std::optional<Blob>{} : Blob{bytes};
}

Error unknown(RepositoryId id) {
    return not_found("there is no repository " + to_text(id));
}

void record(Transaction& tx, RepositoryId id, std::string_view to, std::string_view actor) {
    append_change(tx, {.subject = "repository", .id = id.value, .to_state = to, .actor = actor});
}

/// A settled UPDATE of one row.
Result<> expect_changed(std::int64_t rows, RepositoryId id) {
    if (rows == 0) return unknown(id);
    return {};
}

}  // namespace

Result<RepositoryId> add_repository(Transaction& tx, const NewRepository& repository) {
    auto insert = tx.prepare(
        "INSERT INTO repositories (forge_id, full_name, clone_url, default_branch, workflows_dir, "
        "workflow_files, hook, hook_secret, clone_token, deploy_key, deploy_key_public, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING"
    );
    insert.bind(
        known(repository.forge_id),
        repository.full_name,
        repository.clone_url,
        repository.default_branch,
        repository.workflows_dir,
        join(repository.workflow_files, "\n"),
        repository.hook,
        Blob{repository.hook_secret},
        blob_unless_empty(repository.clone_token),
        blob_unless_empty(repository.deploy_key),
        repository.deploy_key_public,
        tx.now()
    );
    if (insert.run() == 0) {
        return conflict(
            repository.full_name + " is registered already, or its hook or numeric id is taken"
        );
    }
    const RepositoryId id{tx.last_insert_id()};
    record(tx, id, "added", "");
    return id;
}

std::optional<RepositoryRow> find_repository(Connection& db, RepositoryId id) {
    return db.prepare(select("AND id = ?")).bind(id).find_row(read_repository);
}

std::optional<RepositoryRow> find_repository_by_name(Connection& db, std::string_view full_name) {
    return db.prepare(select("AND full_name = ?")).bind(full_name).find_row(read_repository);
}

std::optional<RepositoryRow> find_repository_by_hook(Connection& db, std::string_view hook) {
    return db.prepare(select("AND hook = ?")).bind(hook).find_row(read_repository);
}

std::optional<RepositoryRow> find_repository_by_forge_id(Connection& db, std::int64_t forge_id) {
    return db.prepare(select("AND forge_id = ?")).bind(forge_id).find_row(read_repository);
}

std::vector<RepositoryRow> list_repositories(Connection& db) {
    return db.prepare(select("ORDER BY full_name")).list(read_repository);
}

Result<> learn_forge_id(Transaction& tx, RepositoryId id, std::int64_t forge_id) {
    auto update = tx.prepare(
        "UPDATE OR IGNORE repositories SET forge_id = ? WHERE id = ? AND removed_at IS NULL "
        "AND (forge_id IS NULL OR forge_id = ?)"
    );
    if (update.bind(forge_id, id, forge_id).run() == 0) {
        return conflict("this numeric id belongs to another repository than " + to_text(id));
    }
    return {};
}

Result<> set_repository(Transaction& tx, RepositoryId id, const RepositorySettings& settings) {
    auto update = tx.prepare(
        "UPDATE OR IGNORE repositories SET full_name = ?, clone_url = ?, default_branch = ?, "
        "workflows_dir = ? WHERE id = ? AND removed_at IS NULL"
    );
    update.bind(
        settings.full_name, settings.clone_url, settings.default_branch, settings.workflows_dir, id
    );
    if (update.run() == 0) {
        if (!find_repository(tx, id)) return unknown(id);
        return conflict("another repository is called " + settings.full_name);
    }
    record(tx, id, "changed", "");
    return {};
}

void set_follows_runs(Transaction& tx, RepositoryId id, bool follows) {
    auto update =
        tx.prepare("UPDATE repositories SET follows_runs = ?1 WHERE id = ?2 AND follows_runs <> ?1"
        );
    update.bind(follows, id).run();
}

bool follows_runs(Connection& db, RepositoryId id) {
    auto query = db.prepare("SELECT 1 FROM repositories WHERE id = ? AND follows_runs = 1");
    return query.bind(id).find<std::int64_t>().has_value();
}

bool is_any_run_followed(Connection& db) {
    auto query = db.prepare(
        "SELECT 1 FROM repositories WHERE follows_runs = 1 AND removed_at IS NULL LIMIT 1"
    );
    return query.find<std::int64_t>().has_value();
}

Result<> set_workflow_files(
    Transaction& tx, RepositoryId id, const std::vector<std::string>& patterns
) {
    auto update =
        tx.prepare("UPDATE repositories SET workflow_files = ? WHERE id = ? AND removed_at IS NULL"
        );
    const auto text = join(patterns, "\n");
    if (auto done = expect_changed(update.bind(text, id).run(), id); !done) return done;
    record(tx, id, "changed", "");
    return {};
}

Result<> set_workflow_access(
    Transaction& tx, RepositoryId id, std::string_view access, std::string_view actor
) {
    auto update =
        tx.prepare("UPDATE repositories SET workflow_access = ? WHERE id = ? AND removed_at IS NULL"
        );
    if (auto done = expect_changed(update.bind(access, id).run(), id); !done) return done;
    record(tx, id, "changed", actor);
    return {};
}

Result<> set_hook_secret(Transaction& tx, RepositoryId id, std::string_view sealed) {
    auto update =
        tx.prepare("UPDATE repositories SET hook_secret = ? WHERE id = ? AND removed_at IS NULL");
    return expect_changed(update.bind(Blob{sealed}, id).run(), id);
}

Result<> rotate_hook_secret(
    Transaction& tx, RepositoryId id, std::string_view sealed, TimePoint old_until
) {
    auto update = tx.prepare(
        "UPDATE repositories SET old_hook_secret = hook_secret, old_secret_until = ?, "
        "hook_secret = ? WHERE id = ? AND removed_at IS NULL"
    );
    return expect_changed(update.bind(old_until, Blob{sealed}, id).run(), id);
}

Result<> restore_hook_secret(Transaction& tx, RepositoryId id) {
    auto update = tx.prepare(
        "UPDATE repositories SET hook_secret = old_hook_secret, old_hook_secret = NULL, "
        "old_secret_until = 0 WHERE id = ? AND old_hook_secret IS NOT NULL"
    );
    return expect_changed(update.bind(id).run(), id);
}

Result<> set_clone_token(Transaction& tx, RepositoryId id, std::string_view sealed) {
    auto update =
        tx.prepare("UPDATE repositories SET clone_token = ? WHERE id = ? AND removed_at IS NULL");
    return expect_changed(update.bind(blob_unless_empty(sealed), id).run(), id);
}

Result<> set_forge_hook(Transaction& tx, RepositoryId id, std::int64_t forge_hook) {
    auto update =
        tx.prepare("UPDATE repositories SET forge_hook = ? WHERE id = ? AND removed_at IS NULL");
    return expect_changed(update.bind(known(forge_hook), id).run(), id);
}

Result<> remove_repository(Transaction& tx, RepositoryId id, std::string_view actor) {
    // The name is free again by its partial index; the numeric id is given back here.
    auto update = tx.prepare(
        "UPDATE repositories SET removed_at = ?, forge_id = NULL, hook_secret = x'', "
        "old_hook_secret = NULL, "
        "clone_token = NULL, deploy_key = NULL, forge_hook = NULL WHERE id = ? AND removed_at IS "
        "NULL"
    );
    if (update.bind(tx.now(), id).run() == 0) return unknown(id);
    record(tx, id, "removed", actor);
    return {};
}

std::string name_of_repository(Connection& db, model::RepositoryId id) {
    auto query = db.prepare("SELECT full_name FROM repositories WHERE id = ?");
    return query.bind(id).find<std::string>().value_or("");
}

}  // namespace triphammer::store
