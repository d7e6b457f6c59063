// The ledger's journal and `before`: the second half of store/deployments/deployment_store.hpp.
#include "store/deployments/deployment_store.hpp"
#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

using model::DeploymentId;

namespace {

constexpr std::string_view kEffects =
    "SELECT deployment, n, kind, target, idem, fence, state, result, opened_at, closed_at "
    "FROM deployment_effects ";

EffectRow read_effect(Statement& row) {
    EffectRow effect;
    row.read(
        effect.deployment,
        effect.n,
        effect.kind,
        effect.target,
        effect.idem,
        effect.fence,
        effect.state,
        effect.result_json,
        effect.opened_at,
        effect.closed_at
    );
    return effect;
}

struct EffectChange {
    DeploymentId deployment;
    std::int64_t n = 0;
    std::string_view kind;
    std::string_view from;
    std::string_view to;
};

void record(Transaction& tx, const EffectChange& effect) {
    const auto deployment = find_deployment(tx, effect.deployment);
    append_change(
        tx,
        {.subject = "effect",
         .id = effect.deployment.value,
         .run = deployment ? deployment->run : model::RunId{},
         .number = effect.n,
         .from_state = effect.from,
         .to_state = effect.to,
         .reason = effect.kind}
    );
}

Error not_open(DeploymentId deployment, std::int64_t n) {
    return conflict(
        "effect " + std::to_string(n) + " of deployment " + to_text(deployment) + " is not open"
    );
}

}  // namespace

Result<> open_effect(Transaction& tx, const NewEffect& effect) {
    // Two rules in one: (deployment, n) is the key, and a partial index allows one open effect.
    auto insert = tx.prepare(
        "INSERT INTO deployment_effects (deployment, n, kind, target, idem, fence, state, "
        "opened_at) VALUES (?, ?, ?, ?, ?, ?, 'open', ?) ON CONFLICT DO NOTHING"
    );
    insert.bind(
        effect.deployment, effect.n, effect.kind, effect.target, effect.idem, effect.fence, tx.now()
    );
    if (insert.run() == 0) {
        return conflict(
            "deployment " + to_text(effect.deployment) + " has an effect " +
            std::to_string(effect.n) + " already, or another one is open"
        );
    }
    record(tx, {effect.deployment, effect.n, effect.kind, "", "open"});
    return {};
}

Result<> reopen_effect(
    Transaction& tx, DeploymentId deployment, std::int64_t n, model::Fence fence
) {
    auto update = tx.prepare(
        "UPDATE deployment_effects SET fence = ? "
        "WHERE deployment = ? AND n = ? AND state = 'open' AND fence <= ?"
    );
    if (update.bind(fence, deployment, n, fence).run() == 0) return not_open(deployment, n);
    return {};
}

Result<> close_effect(
    Transaction& tx, const EffectRow& effect, std::string_view state, std::string_view result_json
) {
    auto update = tx.prepare(
        "UPDATE deployment_effects SET state = ?, result = ?, closed_at = ? "
        "WHERE deployment = ? AND n = ? AND fence = ? AND state = 'open'"
    );
    update.bind(state, result_json, tx.now(), effect.deployment, effect.n, effect.fence);
    if (update.run() == 0) return not_open(effect.deployment, effect.n);
    record(tx, {effect.deployment, effect.n, effect.kind, "open", state});
    return {};
}

void append_evidence(
    Transaction& tx, const EffectRow& effect, model::Fence fence, std::string_view result_json
) {
    auto insert = tx.prepare(
        "INSERT INTO deployment_evidence (deployment, n, fence, at, result) VALUES (?, ?, ?, ?, ?)"
    );
    insert.bind(effect.deployment, effect.n, fence, tx.now(), result_json).run();
}

std::vector<EffectRow> list_effects(Connection& db, DeploymentId deployment) {
    auto query = db.prepare(std::string{kEffects} + "WHERE deployment = ? ORDER BY n");
    return query.bind(deployment).list(read_effect);
}

std::optional<EffectRow> find_open_effect(Connection& db, DeploymentId deployment) {
    auto query = db.prepare(std::string{kEffects} + "WHERE deployment = ? AND state = 'open'");
    return query.bind(deployment).find_row(read_effect);
}

std::optional<std::string> find_migration(Connection& db, const MigrationKey& key) {
    auto query = db.prepare(
        "SELECT state FROM migrations_run "
        "WHERE repository = ? AND environment = ? AND service = ? AND digest = ?"
    );
    query.bind(key.repository, key.environment, key.service, key.digest);
    return query.find<std::string>();
}

std::vector<MigrationRow> list_migrations(
    Connection& db,
    model::RepositoryId repository,
    std::string_view environment,
    std::string_view service
) {
    auto query = db.prepare(
        "SELECT digest, state FROM migrations_run "
        "WHERE repository = ? AND environment = ? AND service = ? ORDER BY digest"
    );
    return query.bind(repository, environment, service).list([](Statement& row) {
        MigrationRow migration;
        row.read(migration.digest, migration.state);
        return migration;
    });
}

Result<> begin_migration(Transaction& tx, const MigrationKey& key, DeploymentId deployment) {
    auto insert = tx.prepare(
        "INSERT INTO migrations_run (repository, environment, service, digest, deployment, state) "
        "VALUES (?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING"
    );
    insert.bind(key.repository, key.environment, key.service, key.digest, deployment);
    if (insert.run() == 0) {
        return conflict(
            "the command before the switch of " + key.service + " was begun for " + key.digest +
            " already; only a person starts it again"
        );
    }
    return {};
}

Result<> end_migration(Transaction& tx, const MigrationKey& key, std::string_view state) {
    auto update = tx.prepare(
        "UPDATE migrations_run SET state = ? WHERE repository = ? AND environment = ? "
        "AND service = ? AND digest = ? AND state = 'open'"
    );
    update.bind(state, key.repository, key.environment, key.service, key.digest);
    if (update.run() == 0) return conflict("it is not open");
    return {};
}

Result<> clear_migration(Transaction& tx, const MigrationKey& key, std::string_view actor) {
    auto remove = tx.prepare(
        "DELETE FROM migrations_run WHERE repository = ? AND environment = ? AND service = ? "
        "AND digest = ? AND state <> 'ok'"
    );
    remove.bind(key.repository, key.environment, key.service, key.digest);
    if (remove.run() == 0) return conflict("it never began, or has ended well");
    append_change(
        tx,
        {.subject = "migration",
         .id = key.repository.value,
         .to_state = "cleared",
         .reason = key.service,
         .actor = actor}
    );
    return {};
}

}  // namespace triphammer::store
