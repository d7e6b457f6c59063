#include "queue/lock.hpp"
#include "queue/queue.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::queue {

using model::Fence;
using model::JobState;

namespace {

bool is_call(const store::JobRow& job) {
    const auto definition = nlohmann::json::parse(job.definition_json, nullptr, false);
    return definition.is_object() && definition.value("kind", "") == "call";
}

/// Adds the fence of a running job; ends one that waits.
Result<> cancel_job(
    store::Transaction& tx,
    const store::JobRow& job,
    const CancelRequest& request,
    std::vector<Fence>& running
) {
    if (job.state != JobState::running) {
        const store::JobMove move{
            .job = job.id,
            .from = job.state,
            .to = JobState::cancelled,
            .reason = request.reason,
            .actor = request.actor};
        if (auto moved = store::move_job(tx, move); !moved) return moved;
        return let_lock_go(tx, job, move);
    }
    if (const auto attempt = store::find_open_attempt(tx, job.id)) {
        running.push_back(attempt->fence);
    }
    if (job.cancel_requested_at) return {};
    return store::request_job_cancel(tx, job.id, request.reason, request.actor);
}

/// The job; of a call what it calls, with which it ends.
std::vector<store::JobRow> list_with_called(store::Connection& db, const store::JobRow& job) {
    if (!is_call(job) || job.state == JobState::blocked) return {job};
    auto jobs = store::list_jobs(db, job.run);
    std::erase_if(jobs, [&](const store::JobRow& one) {
        return !one.key.starts_with(job.key + " / ") || is_final(one.state) || is_call(one);
    });
    return jobs;
}

}  // namespace

Result<std::vector<Fence>> request_cancel(
    store::Transaction& tx, model::RunId run, const CancelRequest& request
) {
    auto asked = store::request_run_cancel(tx, run, request.reason, request.actor);
    if (!asked) return asked.error();
    std::vector<Fence> running;
    for (const auto& job : store::list_jobs(tx, run)) {
        // A call ends with the jobs of its workflow; a blocked one is advance's to decide: `if:
        // always()` still runs.
        if (is_final(job.state) || job.state == JobState::blocked || is_call(job)) continue;
        auto cancelled = cancel_job(tx, job, request, running);
        if (!cancelled) return cancelled.error();
    }
    if (auto advanced = advance_run(tx, run); !advanced) return advanced.error();
    return running;
}

Result<std::vector<Fence>> request_cancel(
    store::Transaction& tx, model::JobId job, const CancelRequest& request
) {
    const auto row = store::find_job(tx, job);
    if (!row) return not_found("there is no job " + to_text(job));
    if (is_final(row->state)) return conflict("job " + row->key + " has ended");
    std::vector<Fence> running;
    for (const auto& one : list_with_called(tx, *row)) {
        if (auto done = cancel_job(tx, one, request, running); !done) return done.error();
    }
    if (auto advanced = advance_run(tx, row->run); !advanced) return advanced.error();
    return running;
}

}  // namespace triphammer::queue
