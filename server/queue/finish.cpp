#include "queue/lock.hpp"
#include "queue/queue.hpp"
#include "queue/retry.hpp"
#include "store/runs/output_store.hpp"

namespace triphammer::queue {

using model::AttemptState;
using model::Cause;
using model::JobState;
using model::StepState;

namespace {

/// Of all outputs of a run, 50 MB with two bytes for each character. Source: GitHub's page
/// "Workflow syntax", jobs.<job_id>.outputs.
constexpr std::int64_t kMostRunOutputs = 25LL << 20;
/// Not weighed: a run of such jobs hardly comes near.
constexpr std::size_t kSmallOutputs = 64U << 10U;

/// As failed, and without outputs, where the run has no room for them.
AttemptResult limit_outputs(store::Transaction& tx, const Hold& hold, AttemptResult result) {
    if (result.outputs_json.size() < kSmallOutputs) return result;
    const auto attempt = store::find_attempt(tx, hold.fence);
    const auto job = attempt ? store::find_job(tx, attempt->job) : std::nullopt;
    const auto own = static_cast<std::int64_t>(result.outputs_json.size());
    if (!job || store::outputs_bytes(tx, job->run) + own <= kMostRunOutputs) return result;
    result.outputs_json = "{}";
    if (result.state != JobState::succeeded) return result;
    result.state = JobState::failed;
    result.cause = Cause::invalid;
    result.reason =
        "the outputs of the run's jobs are larger than 50 MB, two bytes for each character";
    return result;
}

StepState step_state_of(JobState state) {
    if (state == JobState::cancelled) return StepState::cancelled;
    if (state == JobState::timed_out) return StepState::timed_out;
    return StepState::failed;
}

struct Ended {
    store::AttemptRow attempt;
    store::JobRow job;
};

Result<Ended> find_ended(store::Transaction& tx, model::Fence fence) {
    auto attempt = store::find_attempt(tx, fence);
    if (!attempt) return not_found("there is no attempt " + to_text(fence));
    auto job = store::find_job(tx, attempt->job);
    if (!job) return not_found("there is no job " + to_text(attempt->job));
    return Ended{std::move(*attempt), std::move(*job)};
}

/// The job leaves `running`; whatever ended is followed by what comes next in the run.
Result<> leave_running(store::Transaction& tx, const store::JobRow& job, store::JobMove move) {
    move.job = job.id;
    move.from = JobState::running;
    if (auto moved = store::move_job(tx, move); !moved) return moved;
    if (auto gone = let_lock_go(tx, job, move); !gone) return gone;
    return advance_run(tx, job.run);
}

/// The job is queued again instead of ending, where its `retry` says so.
store::JobMove follow_retry(
    store::Transaction& tx,
    const store::JobRow& job,
    store::JobMove move,
    const plan::EndedAttempt& ended,
    std::string& reason
) {
    if (move.to != JobState::failed && move.to != JobState::timed_out) return move;
    reason = move.reason;
    std::string problem;
    const auto wait = find_retry(tx, job, ended, problem);
    if (!problem.empty()) reason += " (not tried again: " + problem + ")";
    move.reason = reason;
    if (!wait) return move;
    const auto seconds = std::to_string(wait->count() / 1000);
    reason = "attempt " + std::to_string(ended.number) + " failed (" +
             std::string{name_of(ended.cause)} + (reason.empty() ? "" : ": " + reason) +
             "); tried again in " + seconds + " s";
    store::hold_job_until(tx, job.id, tx.now() + *wait);
    move.to = JobState::queued;
    move.cause = Cause::none;
    move.reason = reason;
    return move;
}

/// The first seconds of a launcher's trouble pass by themselves.
TimePoint after_back_off(TimePoint now, std::int64_t unattached) {
    return now + Milliseconds{1000 * (unattached - 1)};
}

}  // namespace

Result<> finish_attempt(store::Transaction& tx, const Hold& hold, const AttemptResult& told) {
    if (!is_final(told.state) || told.state == JobState::skipped) {
        return invalid("an attempt does not end " + std::string{name_of(told.state)});
    }
    const auto result = limit_outputs(tx, hold, told);
    auto ended = store::end_attempt(
        tx,
        hold,
        {.state = AttemptState::ended,
         .result = name_of(result.state),
         .cause = result.cause,
         .reason = result.reason}
    );
    if (!ended) return ended;
    auto found = find_ended(tx, hold.fence);
    if (!found) return found.error();
    const store::StepPlace place{hold.fence, found->job.run};
    store::end_open_steps(tx, place, step_state_of(result.state), result.cause);
    const auto& job = found->job;
    std::string reason;
    const auto move = follow_retry(
        tx,
        job,
        {.to = result.state, .cause = result.cause, .reason = result.reason},
        {result.cause, result.exit_status, job.attempts},
        reason
    );
    if (is_final(move.to)) store::set_job_outputs(tx, job.id, result.outputs_json);
    return leave_running(tx, job, move);
}

Result<> park_attempt(store::Transaction& tx, const Hold& hold, std::string_view why) {
    auto parked = store::end_attempt(tx, hold, {.state = AttemptState::parked, .reason = why});
    if (!parked) return parked;
    auto found = find_ended(tx, hold.fence);
    if (!found) return found.error();
    return leave_running(tx, found->job, {.to = JobState::waiting, .reason = why});
}

Result<> resume_job(store::Transaction& tx, model::JobId job, std::string_view reason) {
    auto moved = store::move_job(
        tx, {.job = job, .from = JobState::waiting, .to = JobState::queued, .reason = reason}
    );
    if (!moved) return moved;
    return advance_run(tx, store::find_job(tx, job)->run);
}

Result<> lose_attempt(store::Transaction& tx, model::Fence fence, const Loss& loss) {
    auto found = find_ended(tx, fence);
    if (!found) return found.error();
    const auto& job = found->job;
    store::JobMove move{.to = JobState::failed, .cause = loss.cause, .reason = loss.reason};
    if (loss.then == AfterLoss::queue_again) {
        move.to = JobState::queued;
        move.cause = Cause::none;
    }
    if (job.cancel_requested_at) {
        move.to = JobState::cancelled;
        move.cause = Cause::none;
        move.reason = job.cancel_reason;
    }
    auto closed = store::close_attempt(
        tx,
        fence,
        {.result = name_of(move.to == JobState::queued ? JobState::failed : move.to),
         .cause = loss.cause,
         .reason = loss.reason}
    );
    if (!closed) return closed;
    store::end_open_steps(tx, {fence, job.run}, step_state_of(move.to), loss.cause);
    std::string reason;
    move = follow_retry(tx, job, move, {loss.cause, {}, job.attempts}, reason);
    return leave_running(tx, job, move);
}

Result<> give_back(store::Transaction& tx, model::Fence fence, std::string_view reason) {
    auto found = find_ended(tx, fence);
    if (!found) return found.error();
    const auto& [attempt, job] = *found;
    if (!attempt.nonce.empty()) {
        return conflict("a runner has attached to attempt " + to_text(fence));
    }
    auto closed =
        store::close_attempt(tx, fence, {.cause = Cause::infrastructure, .reason = reason});
    if (!closed) return closed;
    const auto unattached = store::count_unattached(tx, job.id);
    if (job.cancel_requested_at) {
        return leave_running(tx, job, {.to = JobState::cancelled, .reason = job.cancel_reason});
    }
    if (unattached >= kMaxUnattached) {
        return leave_running(
            tx, job, {.to = JobState::failed, .cause = Cause::infrastructure, .reason = reason}
        );
    }
    store::hold_job_until(tx, job.id, after_back_off(tx.now(), unattached));
    return leave_running(tx, job, {.to = JobState::queued, .reason = reason});
}

}  // namespace triphammer::queue
