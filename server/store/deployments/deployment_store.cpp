#include "store/deployments/deployment_store.hpp"

#include "model/terraform_place.hpp"
#include "store/deployments/deployment_listing.hpp"
#include "store/sqlite/state_change.hpp"
#include "store/sqlite/window.hpp"

namespace triphammer::store {

using model::DeploymentId;
using model::DeploymentState;

namespace {

constexpr const char* kFields =
    "repository, environment, target, driver, strategy, run, job, run_attempt, sha, image, digest, "
    "config_sha256, state, phase, reason, previous, target_ids, probes, excerpt, created_at, "
    "started_at, finished_at";

DeploymentRow read_deployment(Statement& row) {
    DeploymentRow deployment;
    row.read(
        deployment.id,
        deployment.repository,
        deployment.environment,
        deployment.target,
        deployment.driver,
        deployment.strategy,
        deployment.run,
        deployment.job,
        deployment.run_attempt,
        deployment.sha,
        deployment.image,
        deployment.digest,
        deployment.config_sha256,
        deployment.state,
        deployment.phase,
        deployment.reason,
        deployment.previous,
        deployment.target_ids_json,
        deployment.probes_json,
        deployment.excerpt,
        deployment.created_at,
        deployment.started_at,
        deployment.finished_at
    );
    return deployment;
}

std::string select(std::string_view where) {
    return std::string{"SELECT id, "} + kFields + " FROM deployments " + std::string{where};
}

/// A moved state counts; one that stayed (a new phase) is only told.
void record(Transaction& tx, const DeploymentRow& deployment, NewChange change) {
    change.subject = "deployment";
    change.id = deployment.id.value;
    change.run = deployment.run;
    if (change.from_state == change.to_state) {
        append_change(tx, change);
    } else {
        record_state(tx, change);
    }
}

Error wrong_state(const DeploymentRow& deployment) {
    return conflict(
        "deployment " + to_text(deployment.id) + " is " + std::string{name_of(deployment.state)}
    );
}

Error unknown(DeploymentId id) {
    return not_found("there is no deployment " + to_text(id));
}

}  // namespace

Result<DeploymentId> insert_deployment(Transaction& tx, const NewDeployment& deployment) {
    auto insert = tx.prepare(
        "INSERT INTO deployments (repository, environment, target, driver, strategy, run, job, "
        "run_attempt, sha, image, digest, config_sha256, state, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?) "
        "ON CONFLICT (job, run_attempt) DO NOTHING"
    );
    insert.bind(
        deployment.repository,
        deployment.environment,
        deployment.target,
        deployment.driver,
        deployment.strategy,
        deployment.run,
        deployment.job,
        deployment.run_attempt,
        deployment.sha,
        deployment.image,
        deployment.digest,
        deployment.config_sha256,
        tx.now()
    );
    if (insert.run() == 0) {
        return conflict("job " + to_text(deployment.job) + " has its deployment already");
    }
    const DeploymentId id{tx.last_insert_id()};
    auto place = tx.prepare(
        "INSERT INTO environments (repository, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
    );
    place.bind(deployment.repository, deployment.environment).run();
    record(tx, *find_deployment(tx, id), {.to_state = "pending"});
    return id;
}

std::optional<DeploymentRow> find_deployment(Connection& db, DeploymentId id) {
    return db.prepare(select("WHERE id = ?")).bind(id).find_row(read_deployment);
}

std::optional<DeploymentRow> find_deployment_of_job(Connection& db, model::JobId job) {
    auto query = db.prepare(select("WHERE job = ? ORDER BY run_attempt DESC LIMIT 1"));
    return query.bind(job).find_row(read_deployment);
}

std::optional<DeploymentRow> find_last_good(Connection& db, const DeploymentRow& of_target) {
    auto query = db.prepare(
        select("WHERE repository = ? AND environment = ? AND target = ? AND state = 'succeeded' "
               "ORDER BY id DESC LIMIT 1")
    );
    query.bind(of_target.repository, of_target.environment, of_target.target);
    return query.find_row(read_deployment);
}

namespace {

/// A target is one thing, but for the folders that an apply names together: each has a state.
bool exclude_each_other(const DeploymentRow& one, const DeploymentRow& other) {
    return one.target == other.target || model::share_terraform_folder(one.target, other.target);
}

}  // namespace

std::optional<DeploymentRow> find_lock_holder(Connection& db, const DeploymentRow& of_target) {
    auto query = db.prepare(select("WHERE target = ? AND state IN ('running', 'unknown')"));
    auto holder = query.bind(of_target.target).find_row(read_deployment);
    if (holder || of_target.driver != "terraform") return holder;
    for (auto& open : list_open_deployments(db)) {
        if (exclude_each_other(open, of_target)) return std::move(open);
    }
    return {};
}

std::optional<DeploymentRow> find_next_waiting(Connection& db, const DeploymentRow& of_target) {
    auto query =
        db.prepare(select("WHERE driver = ? AND state = 'pending' "
                          "AND (SELECT state FROM jobs WHERE id = job) = 'waiting' ORDER BY run, id"
        ));
    query.bind(of_target.driver);
    for (auto& waiting : query.list(read_deployment)) {
        const bool is_next =
            exclude_each_other(waiting, of_target) && !find_lock_holder(db, waiting);
        if (is_next) return std::move(waiting);
    }
    return {};
}

std::vector<DeploymentRow> list_open_deployments(Connection& db) {
    auto query = db.prepare(select("WHERE state IN ('running', 'unknown') ORDER BY id"));
    return query.list(read_deployment);
}

Listed<DeploymentRow> list_deployments(
    Connection& db, const DeploymentQuery& query, const ListPage& page
) {
    Window window{"deployments", "id"};
    window.use("run = ?", query.run.value);
    window.use("repository = ?", query.repository.value);
    const bool has_repository = static_cast<bool>(query.repository);
    if (has_repository) window.use("environment = ?", query.environment);
    if (!has_repository) window.sift("environment = ?", query.environment);
    window.sift_among("repository", query.among);
    window.sift("+state = ?", query.state);
    return window.list(db, kFields, page, read_deployment);
}

std::vector<EnvironmentRow> list_environments(Connection& db) {
    auto query = db.prepare("SELECT repository, name FROM environments ORDER BY repository, name");
    return query.list([](Statement& row) {
        EnvironmentRow environment;
        row.read(environment.repository, environment.name);
        return environment;
    });
}

Result<> start_deployment(Transaction& tx, DeploymentId id) {
    const auto deployment = find_deployment(tx, id);
    if (!deployment) return unknown(id);
    if (deployment->state != DeploymentState::pending) return wrong_state(*deployment);
    if (const auto holder = find_lock_holder(tx, *deployment)) {
        return conflict(
            "deployment " + to_text(holder->id) + " (" + std::string{name_of(holder->state)} +
            ") holds the lock of " + deployment->target
        );
    }
    const auto previous = find_last_good(tx, *deployment);
    auto update = tx.prepare(
        "UPDATE deployments SET state = 'running', phase = 'preflight', started_at = ?, "
        "previous = ? WHERE id = ? AND state = 'pending'"
    );
    update.bind(tx.now(), previous ? previous->id : DeploymentId{}, id).run();
    record(tx, *deployment, {.from_state = "pending", .to_state = "running"});
    return {};
}

void set_deployment_phase(
    Transaction& tx, DeploymentId id, model::DeploymentPhase phase, std::string_view reason
) {
    const auto deployment = find_deployment(tx, id);
    if (!deployment) throw SqlFailure{unknown(id)};
    tx.prepare("UPDATE deployments SET phase = ?, reason = ? WHERE id = ?")
        .bind(phase, reason, id)
        .run();
    NewChange change{.reason = name_of(phase)};
    change.from_state = change.to_state = name_of(deployment->state);
    record(tx, *deployment, change);
}

void set_deployment_image(
    Transaction& tx, DeploymentId id, std::string_view image, std::string_view digest
) {
    auto update = tx.prepare(
        "UPDATE deployments SET image = coalesce(nullif(?, ''), image), "
        "digest = coalesce(nullif(?, ''), digest) WHERE id = ?"
    );
    update.bind(image, digest, id).run();
}

Result<> move_deployment(Transaction& tx, const DeploymentMove& move) {
    const auto deployment = find_deployment(tx, move.id);
    if (!deployment) return unknown(move.id);
    if (deployment->state != move.from || !may_become(move.from, move.to)) {
        return wrong_state(*deployment);
    }
    auto update = tx.prepare(
        "UPDATE deployments SET state = ?, phase = ?, reason = ?, finished_at = ? "
        "WHERE id = ? AND state = ?"
    );
    update.bind(
        move.to,
        move.phase,
        move.reason,
        is_final(move.to) ? std::optional{tx.now()} : std::nullopt,
        move.id,
        move.from
    );
    update.run();
    record(
        tx,
        *deployment,
        {.from_state = name_of(move.from),
         .to_state = name_of(move.to),
         .reason = move.reason,
         .actor = move.actor}
    );
    return {};
}

void set_deployment_evidence(Transaction& tx, DeploymentId id, const DeploymentEvidence& evidence) {
    auto update = tx.prepare(
        "UPDATE deployments SET target_ids = coalesce(nullif(?, ''), target_ids), "
        "probes = coalesce(nullif(?, ''), probes), excerpt = coalesce(nullif(?, ''), excerpt) "
        "WHERE id = ?"
    );
    update.bind(evidence.target_ids_json, evidence.probes_json, evidence.excerpt, id).run();
}

}  // namespace triphammer::store
