#include "queue/follow.hpp"
#include "queue/queue.hpp"

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

/// The next queued job that nothing but a worker is in the way of; those before it wait from now
/// on.
Result<std::optional<model::JobId>> find_claimable(
    store::Transaction& tx, const ClaimRequest& request
) {
    for (;;) {
        const auto next = store::find_next_queued(tx, tx.now());
        if (!next || !request.obstacle) return next;
        const auto job = *store::find_job(tx, *next);
        const auto obstacle = request.obstacle(tx, job);
        if (!obstacle) return next;
        auto held = store::move_job(
            tx,
            {.job = *next, .from = JobState::queued, .to = JobState::waiting, .reason = *obstacle}
        );
        if (!held) return held.error();
        if (auto advanced = advance_run(tx, job.run); !advanced) return advanced.error();
    }
}

}  // namespace

Result<std::optional<Claim>> claim_next(store::Transaction& tx, const ClaimRequest& request) {
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
