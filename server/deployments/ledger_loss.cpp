// Without its runner: the last part of deployments/ledger.hpp.
#include "base/text.hpp"
#include "deployments/ledger.hpp"
#include "deployments/ledger_rows.hpp"
#include "queue/queue.hpp"
#include "rollout/recovery.hpp"

#include <utility>

namespace triphammer::deployments {

using model::DeploymentState;

namespace {

Result<> end_row(
    store::Transaction& tx,
    const store::DeploymentRow& row,
    DeploymentState to,
    std::string_view reason
) {
    store::DeploymentMove move;
    move.id = row.id;
    move.from = row.state;
    move.to = to;
    move.phase = is_final(to) ? model::DeploymentPhase::done : row.phase;
    move.reason = reason;
    return store::move_deployment(tx, move);
}

bool is_open_and_blind(const rollout::Effects& effects) {
    for (const auto& effect : effects) {
        const bool is_open = effect.state == rollout::EffectState::open;
        if (is_open && !rollout::is_observable(effect.kind)) return true;
    }
    return false;
}

}  // namespace

Result<AfterLoss> lose_runner(
    store::Transaction& tx, const Speaker& speaker, bool may_retry, std::string_view why
) {
    const auto row = store::find_deployment_of_job(tx, speaker.job);
    if (!row || is_final(row->state)) return AfterLoss::failed;
    if (row->state == DeploymentState::unknown) return AfterLoss::unknown;
    auto effects = to_effects(store::list_effects(tx, row->id));
    if (!effects) return effects.error();
    const bool is_first = count_losses(tx, *row) == 0;
    if (may_retry && is_first && !is_open_and_blind(*effects)) return AfterLoss::retry;
    const bool is_untouched = effects->empty();
    const auto to = is_untouched ? DeploymentState::failed : DeploymentState::unknown;
    if (auto ended = end_row(tx, *row, to, why); !ended) return ended.error();
    return is_untouched ? AfterLoss::failed : AfterLoss::unknown;
}

Result<> settle_deployment(
    store::Transaction& tx,
    model::DeploymentId id,
    DeploymentState state,
    std::string_view comment,
    std::string_view actor
) {
    if (!is_final(state)) return invalid("settle as succeeded, failed or rolled_back");
    if (trim(comment).empty()) return invalid("say in a comment how you know");
    const auto row = store::find_deployment(tx, id);
    if (!row) return not_found("deployment " + to_text(id));
    if (row->state != DeploymentState::unknown) {
        return conflict(
            "deployment " + to_text(id) + " is " + std::string{name_of(row->state)} +
            ": only an unknown one is settled"
        );
    }
    store::DeploymentMove move;
    move.id = id;
    move.from = DeploymentState::unknown;
    move.to = state;
    move.reason = comment;
    move.actor = actor;
    if (auto moved = store::move_deployment(tx, move); !moved) return moved;
    return queue::pass_lock_on(tx, *row);
}

}  // namespace triphammer::deployments
