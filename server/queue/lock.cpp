#include "queue/lock.hpp"

#include "queue/gate.hpp"
#include "queue/queue.hpp"

namespace triphammer::queue {

using model::DeploymentState;

namespace {

/// Its runner says how a deployment ended, or the loss of its runner does. A job that ends between
/// two attempts, or before the first, leaves its row to us.
Result<> close_row(
    store::Transaction& tx, const store::DeploymentRow& row, const store::JobMove& last
) {
    const bool is_open =
        row.state == DeploymentState::pending || row.state == DeploymentState::running;
    if (!is_open) return {};
    const bool is_untouched = store::list_effects(tx, row.id).empty();
    const auto why = "its job ended as " + std::string{name_of(last.to)} + ": ";
    const auto reason = why + std::string{last.reason};
    store::DeploymentMove move;
    move.id = row.id;
    move.from = row.state;
    move.to = is_untouched ? DeploymentState::failed : DeploymentState::unknown;
    move.phase = is_untouched ? model::DeploymentPhase::done : row.phase;
    move.reason = reason;
    return store::move_deployment(tx, move);
}

}  // namespace

Result<> let_lock_go(store::Transaction& tx, const store::JobRow& job, const store::JobMove& move) {
    if (auto closed = close_question(tx, job, move); !closed) return closed;
    const bool may_deploy =
        job.kind == model::JobKind::deploy || job.kind == model::JobKind::terraform;
    if (!may_deploy || !is_final(move.to)) return {};
    const auto row = store::find_deployment_of_job(tx, job.id);
    if (!row) return {};
    if (auto closed = close_row(tx, *row, move); !closed) return closed;
    return pass_lock_on(tx, *row);
}

Result<> pass_lock_on(store::Transaction& tx, const store::DeploymentRow& of_target) {
    // What held two folders lets go of two.
    while (const auto next = store::find_next_waiting(tx, of_target)) {
        if (auto started = store::start_deployment(tx, next->id); !started) return started;
        if (auto resumed = resume_job(tx, next->job, ""); !resumed) return resumed;
    }
    return {};
}

}  // namespace triphammer::queue
