#include "store/people/secret_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT id, repository, environment, name, sealed, updated_at, updated_by, used_at FROM "
    "secrets ";

SecretRow read_secret(Statement& row) {
    SecretRow secret;
    row.read(
        secret.id,
        secret.scope.repository,
        secret.scope.environment,
        secret.name,
        secret.sealed,
        secret.updated_at,
        secret.updated_by,
        secret.used_at
    );
    return secret;
}

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

}  // namespace

void put_secret(
    Transaction& tx,
    const SecretScope& scope,
    std::string_view name,
    std::string_view sealed,
    std::string_view actor
) {
    auto put = tx.prepare(
        "INSERT INTO secrets (repository, environment, name, sealed, updated_at, updated_by) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (repository, environment, name) DO UPDATE SET "
        "sealed = excluded.sealed, updated_at = excluded.updated_at, "
        "updated_by = excluded.updated_by RETURNING id"
    );
    put.bind(scope.repository.value, scope.environment, name, Blob{sealed}, tx.now(), actor);
    const auto id = put.find<std::int64_t>().value_or(0);
    append_change(
        tx, {.subject = "secret", .id = id, .to_state = "set", .reason = name, .actor = actor}
    );
}

std::optional<SecretRow> find_secret(
    Connection& db, const SecretScope& scope, std::string_view name
) {
    auto query = db.prepare(select("WHERE repository = ? AND environment = ? AND name = ?"));
    return query.bind(scope.repository.value, scope.environment, name).find_row(read_secret);
}

std::vector<SecretRow> list_secrets(Connection& db, const SecretScope& scope) {
    auto query = db.prepare(select("WHERE repository = ? AND environment = ? ORDER BY name"));
    return query.bind(scope.repository.value, scope.environment).list(read_secret);
}

std::vector<SecretRow> list_visible_secrets(Connection& db, const SecretScope& scope) {
    auto query =
        db.prepare(select("WHERE repository IN (0, ?) AND environment IN ('', ?) "
                          "ORDER BY repository <> 0, environment <> '', name"));
    return query.bind(scope.repository.value, scope.environment).list(read_secret);
}

std::vector<SecretRow> list_all_secrets(Connection& db) {
    return db.prepare(select("ORDER BY name, repository, environment")).list(read_secret);
}

void note_secret_uses(
    Transaction& tx, const SecretScope& scope, const std::vector<std::string>& names
) {
    for (const auto& name : names) {
        // Of many jobs in a minute the first one writes.
        auto note = tx.prepare(
            "UPDATE secrets SET used_at = ?1 WHERE coalesce(used_at, 0) <= ?1 - 60000 AND id = ("
            "SELECT id FROM secrets WHERE repository IN (0, ?2) AND environment IN ('', ?3) "
            "AND name = ?4 ORDER BY repository <> 0 DESC, environment <> '' DESC LIMIT 1)"
        );
        note.bind(tx.now(), scope.repository.value, scope.environment, name).run();
    }
}

Result<> remove_secret(
    Transaction& tx, const SecretScope& scope, std::string_view name, std::string_view actor
) {
    auto remove = tx.prepare(
        "DELETE FROM secrets WHERE repository = ? AND environment = ? AND name = ? RETURNING id"
    );
    remove.bind(scope.repository.value, scope.environment, name);
    const auto id = remove.find<std::int64_t>();
    if (!id) return not_found("there is no secret " + std::string{name} + " in that scope");
    append_change(
        tx, {.subject = "secret", .id = *id, .to_state = "removed", .reason = name, .actor = actor}
    );
    return {};
}

Result<> reseal_secret(Transaction& tx, const SecretRow& old, std::string_view sealed) {
    auto update = tx.prepare("UPDATE secrets SET sealed = ? WHERE id = ? AND sealed = ?");
    if (update.bind(Blob{sealed}, old.id, Blob{old.sealed}).run() == 0) {
        return conflict("secret " + old.name + " was changed meanwhile");
    }
    return {};
}

}  // namespace triphammer::store
