#pragma once
// The ledger: `deployments`, `deployment_effects` (intent before effect, result after it) and
// `migrations_run` (`before`: once for each version of a service).
//
//   pending ──▶ running ──▶ succeeded | failed | rolled_back | unknown ──settle──▶ …
//   The lock of the target is held while running or unknown. A server has one engine, on which
//   all repositories and environments share the services' names.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewDeployment {
    model::RepositoryId repository = {};
    std::string environment = {};
    std::string target = {};  // driver and service, evaluated: what the lock is about
    std::string driver = {};
    std::string strategy = {};
    model::RunId run = {};
    model::JobId job = {};
    std::int64_t run_attempt = 1;
    std::string sha = {};
    std::string image = {};
    std::string digest = {};
    std::string config_sha256 = {};
};

struct DeploymentRow {
    model::DeploymentId id;
    model::RepositoryId repository;
    std::string environment;
    std::string target;
    std::string driver;
    std::string strategy;
    model::RunId run;
    model::JobId job;
    std::int64_t run_attempt = 1;
    std::string sha;
    std::string image;
    std::string digest;
    std::string config_sha256;
    model::DeploymentState state = model::DeploymentState::pending;
    model::DeploymentPhase phase = model::DeploymentPhase::waiting_lock;
    std::string reason;
    model::DeploymentId previous;
    std::string target_ids_json;
    std::string probes_json;
    std::string excerpt;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

/// Code::conflict when the job has one for that attempt of its run.
Result<model::DeploymentId> insert_deployment(Transaction& tx, const NewDeployment& deployment);
std::optional<DeploymentRow> find_deployment(Connection& db, model::DeploymentId id);
/// The one of the job's newest run attempt.
std::optional<DeploymentRow> find_deployment_of_job(Connection& db, model::JobId job);
/// What serves now: the newest succeeded one of that target, repository and environment.
std::optional<DeploymentRow> find_last_good(Connection& db, const DeploymentRow& of_target);
/// Who holds the lock of that target.
std::optional<DeploymentRow> find_lock_holder(Connection& db, const DeploymentRow& of_target);
/// Who gets the lock of that target next: of those whose job waits for it, the one of the oldest
/// run.
std::optional<DeploymentRow> find_next_waiting(Connection& db, const DeploymentRow& of_target);
/// Running or unknown ones, oldest first.
std::vector<DeploymentRow> list_open_deployments(Connection& db);

/// pending → running: takes the lock and notes `previous`. Code::conflict when somebody holds it or
/// it is not pending.
Result<> start_deployment(Transaction& tx, model::DeploymentId id);
void set_deployment_phase(
    Transaction& tx, model::DeploymentId id, model::DeploymentPhase phase, std::string_view reason
);
/// What was resolved in preflight. Empty: left as it is.
void set_deployment_image(
    Transaction& tx, model::DeploymentId id, std::string_view image, std::string_view digest
);

struct DeploymentMove {
    model::DeploymentId id = {};
    model::DeploymentState from = model::DeploymentState::running;
    model::DeploymentState to = model::DeploymentState::succeeded;
    model::DeploymentPhase phase = model::DeploymentPhase::done;
    std::string_view reason = {};
    std::string_view actor = {};
};

/// Compare-and-set. Code::conflict when it is not in `from` or the move is not in model's table.
Result<> move_deployment(Transaction& tx, const DeploymentMove& move);

/// What the driver found and made. Empty: left as it is.
struct DeploymentEvidence {
    std::string_view target_ids_json = {};
    std::string_view probes_json = {};
    std::string_view excerpt = {};  // the candidate's last lines, when it failed
};

void set_deployment_evidence(
    Transaction& tx, model::DeploymentId id, const DeploymentEvidence& evidence
);

struct NewEffect {
    model::DeploymentId deployment = {};
    std::int64_t n = 0;
    std::string kind = {};  // create-candidate, before, switch, retire, …
    std::string target = {};
    std::string idem = {};
    model::Fence fence = {};
};

struct EffectRow {
    model::DeploymentId deployment;
    std::int64_t n = 0;
    std::string kind;
    std::string target;
    std::string idem;
    model::Fence fence;
    std::string state;  // open | ok | failed
    std::string result_json;
    TimePoint opened_at;
    std::optional<TimePoint> closed_at;
};

/// Code::conflict when n exists or another effect of this deployment is open.
Result<> open_effect(Transaction& tx, const NewEffect& effect);
/// The same n again by a newer fence (E3: it had not begun). Code::conflict unless open.
Result<> reopen_effect(
    Transaction& tx, model::DeploymentId deployment, std::int64_t n, model::Fence fence
);
/// `state`: ok | failed. Only by the fence that opened it, only once: else Code::conflict.
Result<> close_effect(
    Transaction& tx, const EffectRow& effect, std::string_view state, std::string_view result_json
);
/// What an attempt that is over still had to say about effect n (E4): kept, never believed.
void append_evidence(
    Transaction& tx, const EffectRow& effect, model::Fence fence, std::string_view result_json
);
/// Oldest first.
std::vector<EffectRow> list_effects(Connection& db, model::DeploymentId deployment);
std::optional<EffectRow> find_open_effect(Connection& db, model::DeploymentId deployment);

struct MigrationKey {
    model::RepositoryId repository = {};
    std::string environment = {};
    std::string service = {};
    std::string digest = {};
};

/// State (open | ok | failed) of `before` for this version; nothing: it never began.
std::optional<std::string> find_migration(Connection& db, const MigrationKey& key);

struct MigrationRow {
    std::string digest;
    std::string state;  // open | ok | failed
};

/// Every version of that service for which `before` was begun.
std::vector<MigrationRow> list_migrations(
    Connection& db,
    model::RepositoryId repository,
    std::string_view environment,
    std::string_view service
);
/// Code::conflict when it was begun before, however it ended.
Result<> begin_migration(Transaction& tx, const MigrationKey& key, model::DeploymentId deployment);
/// Code::conflict unless open.
Result<> end_migration(Transaction& tx, const MigrationKey& key, std::string_view state);
/// A person starts it again. Code::conflict when it ended ok.
Result<> clear_migration(Transaction& tx, const MigrationKey& key, std::string_view actor);

}  // namespace triphammer::store
