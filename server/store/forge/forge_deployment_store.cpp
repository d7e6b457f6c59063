#include "store/forge/forge_deployment_store.hpp"

namespace triphammer::store {

namespace {

std::optional<ForgeDeploymentRow> find_one(Statement& query) {
    return query.find_row([](Statement& row) {
        ForgeDeploymentRow out;
        row.read(
            out.id,
            out.repository,
            out.environment,
            out.line,
            out.run,
            out.job,
            out.run_attempt,
            out.state
        );
        return out;
    });
}

}  // namespace

std::int64_t insert_forge_deployment(Transaction& tx, const ForgeDeploymentRow& row) {
    auto insert = tx.prepare(
        "INSERT INTO forge_deployments (repository, environment, line, run, job, run_attempt) "
        "VALUES (?, ?, ?, ?, ?, ?)"
    );
    insert.bind(row.repository, row.environment, row.line, row.run, row.job, row.run_attempt).run();
    return tx.last_insert_id();
}

void set_forge_deployment_state(Transaction& tx, std::int64_t id, std::string_view state) {
    tx.prepare("UPDATE forge_deployments SET state = ? WHERE id = ?").bind(state, id).run();
}

void move_forge_deployment(Transaction& tx, std::int64_t id, std::int64_t run_attempt) {
    auto update = tx.prepare("UPDATE forge_deployments SET run_attempt = ? WHERE id = ?");
    update.bind(run_attempt, id).run();
}

std::optional<ForgeDeploymentRow> find_forge_deployment(Connection& db, std::int64_t id) {
    auto query = db.prepare(
        "SELECT id, repository, environment, line, run, job, run_attempt, state "
        "FROM forge_deployments WHERE id = ?"
    );
    return find_one(query.bind(id));
}

std::optional<ForgeDeploymentRow> find_newest_forge_deployment(Connection& db, model::JobId job) {
    auto query = db.prepare(
        "SELECT id, repository, environment, line, run, job, run_attempt, state "
        "FROM forge_deployments WHERE job = ? ORDER BY id DESC LIMIT 1"
    );
    return find_one(query.bind(job));
}

std::optional<std::int64_t> find_overtaken(Connection& db, const ForgeDeploymentRow& row) {
    auto query = db.prepare(
        "SELECT id FROM forge_deployments WHERE repository = ? AND environment = ? AND line = ? "
        "AND id < ? AND state = 'success' ORDER BY id DESC LIMIT 1"
    );
    return query.bind(row.repository, row.environment, row.line, row.id).find<std::int64_t>();
}

bool is_overtaken(Connection& db, const ForgeDeploymentRow& row) {
    auto query = db.prepare(
        "SELECT 1 FROM forge_deployments WHERE repository = ? AND environment = ? AND line = ? "
        "AND id > ? AND state = 'success' LIMIT 1"
    );
    query.bind(row.repository, row.environment, row.line, row.id);
    return query.find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
