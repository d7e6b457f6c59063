#include "queue/follow.hpp"
#include "queue/gate.hpp"
#include "queue/lock.hpp"
#include "queue/queue.hpp"
#include "store/runs/drain_store.hpp"

namespace triphammer::queue {

using model::JobState;
using model::RunState;

namespace {

/// A run counts as running from its first claim on.
Result<> start_run(store::Transaction& tx, model::RunId id) {
    const auto run = store::find_run(tx, id);
    if (!run || run->state == RunState::running) return {};
    const bool is_first = !run->started_at;
    auto moved = store::move_run(tx, {.run = id, .from = run->state, .to = RunState::running});
    if (moved && is_first) tell_followers(tx, *run, "in_progress");
    return moved;
}

/// Of those that wait for a time.
Result<> wake_due_jobs(store::Transaction& tx) {
    for (const auto job : store::take_due_jobs(tx)) {
        if (auto resumed = resume_job(tx, job, ""); !resumed) return resumed;
    }
    return {};
}

/// `reason` is kept with the job, whose next state `to` is.
Result<> put_aside(
    store::Transaction& tx, const store::JobRow& job, JobState to, const Gate& gate
) {
    store::JobMove move{.job = job.id, .from = job.state, .to = to, .reason = gate.reason};
    move.cause = gate.cause;
    if (auto moved = store::move_job(tx, move); !moved) return moved;
    if (auto gone = let_lock_go(tx, job, move); !gone) return gone;
    return advance_run(tx, job.run);
}

/// What people have said yes to has nothing else to do.
Result<> pass(store::Transaction& tx, const store::JobRow& job) {
    auto waiting =
        store::move_job(tx, {.job = job.id, .from = JobState::queued, .to = JobState::waiting});
    if (!waiting) return waiting;
    auto passed = job;
    passed.state = JobState::waiting;
    return put_aside(tx, passed, JobState::succeeded, {});
}

Result<> obey(store::Transaction& tx, const store::JobRow& job, const Gate& gate) {
    switch (gate.way) {
        case Gate::Way::open:
            return {};
        case Gate::Way::waits:
            return put_aside(tx, job, JobState::waiting, gate);
        case Gate::Way::skips:
            return put_aside(tx, job, JobState::skipped, gate);
        case Gate::Way::fails:
            return put_aside(tx, job, JobState::failed, gate);
        case Gate::Way::passed:
            return pass(tx, job);
    }
    return {};
}

/// What is in its way besides a worker.
Result<Gate> find_obstacle(
    store::Transaction& tx, const store::JobRow& job, const ClaimRequest& request
) {
    auto gate = look_at_gate(tx, job, request);
    if (!gate || gate->way != Gate::Way::open || !request.obstacle) return gate;
    auto obstacle = request.obstacle(tx, job);
    if (!obstacle) return gate;
    return Gate{Gate::Way::waits, std::move(*obstacle)};
}

/// The next queued job that nothing but a worker is in the way of; those before it wait from now
/// on.
Result<std::optional<model::JobId>> find_claimable(
    store::Transaction& tx, const ClaimRequest& request
) {
    for (;;) {
        const auto next = store::find_next_queued(tx, tx.now());
        if (!next) return next;
        const auto job = *store::find_job(tx, *next);
        const auto gate = find_obstacle(tx, job, request);
        if (!gate) return gate.error();
        if (gate->way == Gate::Way::open) return next;
        if (auto obeyed = obey(tx, job, *gate); !obeyed) return obeyed.error();
    }
}

}  // namespace

Result<std::optional<Claim>> claim_next(store::Transaction& tx, const ClaimRequest& request) {
    if (auto woken = wake_due_jobs(tx); !woken) return woken.error();
    if (store::find_drain(tx)) return std::optional<Claim>{};
    if (store::count_open_attempts(tx) >= request.workers) return std::optional<Claim>{};
    const auto next = find_claimable(tx, request);
    if (!next) return next.error();
    if (!*next) return std::optional<Claim>{};
    auto moved =
        store::move_job(tx, {.job = **next, .from = JobState::queued, .to = JobState::running});
    if (!moved) return moved.error();
    Claim claim;
    claim.fence = store::insert_attempt(tx, **next, request.token_sha256, request.executor);
    claim.job = *store::find_job(tx, **next);
    store::take_turn(tx, claim.job.repository, claim.fence);
    if (auto started = start_run(tx, claim.job.run); !started) return started.error();
    return std::optional{std::move(claim)};
}

Result<store::AttemptRow> attach(store::Transaction& tx, const store::Attach& attach) {
    if (auto attached = store::attach_attempt(tx, attach); !attached) return attached.error();
    return *store::find_attempt(tx, attach.fence);
}

Result<bool> accept_records(store::Transaction& tx, const Hold& hold, std::int64_t acked) {
    return store::move_acked(tx, hold, acked);
}

Result<> end_step(
    store::Transaction& tx, const store::StepPlace& place, const store::StepEnd& end
) {
    if (!is_final(end.state)) return invalid("a step does not end in this state");
    store::end_step(tx, place, "step " + std::to_string(end.number), end);
    return {};
}

Result<> set_step_log(store::Transaction& tx, const Hold& hold, const store::StepLog& log) {
    store::set_step_log(tx, hold.fence, log);
    return {};
}

}  // namespace triphammer::queue
