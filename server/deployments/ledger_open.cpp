// Before the runner: the first part of deployments/ledger.hpp.
#include "deployments/ledger.hpp"
#include "deployments/ledger_rows.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::deployments {

using model::DeploymentState;
using nlohmann::json;

namespace {

Result<store::DeploymentRow> find_or_insert(
    store::Transaction& tx, const store::NewDeployment& wanted
) {
    auto row = store::find_deployment_of_job(tx, wanted.job);
    if (row && row->run_attempt == wanted.run_attempt) return std::move(*row);
    auto id = store::insert_deployment(tx, wanted);
    if (!id) return id.error();
    return std::move(*store::find_deployment(tx, *id));
}

std::string describe(const store::DeploymentRow& holder) {
    const bool is_unknown = holder.state == DeploymentState::unknown;
    return "deployment " + to_text(holder.id) + " of " + holder.target +
           (is_unknown ? " ended unknown: it has to be settled first" : " is under way");
}

json previous_of(store::Connection& db, const store::DeploymentRow& row) {
    const auto previous = store::find_deployment(db, row.previous);
    if (!previous) return nullptr;
    return {
        {"id", to_text(previous->id)},
        {"image", previous->image},
        {"digest", previous->digest},
        {"target_ids", to_object(previous->target_ids_json)},
    };
}

json effect_json(const store::EffectRow& row) {
    return {
        {"n", row.n},
        {"kind", row.kind},
        {"target", row.target},
        {"state", row.state},
        {"fence", row.fence.value},
        {"idem", row.idem},
        {"ids", collect_ids({row})},
    };
}

json effects_json(store::Connection& db, model::DeploymentId id) {
    auto out = json::array();
    for (const auto& row : store::list_effects(db, id)) out.push_back(effect_json(row));
    return out;
}

json migrations_json(store::Connection& db, const store::DeploymentRow& row) {
    auto out = json::object();
    for (const auto& migration :
         store::list_migrations(db, row.repository, row.environment, row.target)) {
        out[migration.digest] = migration.state;
    }
    return out;
}

}  // namespace

Result<Opening> open_deployment(store::Transaction& tx, const store::NewDeployment& wanted) {
    auto row = find_or_insert(tx, wanted);
    if (!row) return row.error();
    Opening opening;
    opening.id = row->id;
    if (row->state == DeploymentState::running) return opening;
    if (row->state != DeploymentState::pending) {
        return conflict(
            "deployment " + to_text(row->id) + " is " + std::string{name_of(row->state)}
        );
    }
    opening.blocker = store::find_lock_holder(tx, *row);
    if (opening.blocker) {
        const auto why = describe(*opening.blocker);
        store::set_deployment_phase(tx, row->id, model::DeploymentPhase::waiting_lock, why);
        return opening;
    }
    if (auto started = store::start_deployment(tx, row->id); !started) return started.error();
    return opening;
}

Result<model::DeploymentSpec> make_spec(store::Connection& db, model::DeploymentId id) {
    const auto row = store::find_deployment(db, id);
    if (!row) return not_found("deployment " + to_text(id));
    model::DeploymentSpec spec;
    spec.id = to_text(id);
    spec.environment = row->environment;
    spec.previous_json = previous_of(db, *row).dump();
    spec.effects_json = effects_json(db, id).dump();
    spec.migrations_json = migrations_json(db, *row).dump();
    spec.losses = count_losses(db, *row);
    return spec;
}

}  // namespace triphammer::deployments
