// The run's state from its jobs'.
#include "plan/turn.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

using model::JobState;
using model::RunState;

using Jobs = std::vector<JobFacts>;

bool has(const Jobs& jobs, JobState state) {
    return std::any_of(jobs.begin(), jobs.end(), [state](const JobFacts& job) {
        return job.state == state;
    });
}

/// In the workflow's order: the first is the one that the run shows.
const JobFacts* find_failure(const Jobs& jobs) {
    const auto found = std::find_if(jobs.begin(), jobs.end(), [](const JobFacts& job) {
        return result_of(job) == "failure";
    });
    return found == jobs.end() ? nullptr : &*found;
}

bool has_worked(const Jobs& jobs) {
    return has(jobs, JobState::succeeded) || has(jobs, JobState::failed) ||
           has(jobs, JobState::timed_out) || has(jobs, JobState::cancelled);
}

RunState open_state(const Jobs& jobs) {
    if (has(jobs, JobState::running)) return RunState::running;
    if (has(jobs, JobState::queued)) return has_worked(jobs) ? RunState::running : RunState::queued;
    return has(jobs, JobState::waiting) ? RunState::waiting : RunState::queued;
}

}  // namespace

void settle(const Jobs& jobs, bool cancelled, Advance& answer) {
    const bool ended = std::all_of(jobs.begin(), jobs.end(), [](const JobFacts& job) {
        return is_final(job.state);
    });
    if (!ended) {
        answer.run = open_state(jobs);
        return;
    }
    const auto* failure = find_failure(jobs);
    const bool was_cancelled = has(jobs, JobState::cancelled);
    if (was_cancelled && (cancelled || failure == nullptr)) {
        answer.run = RunState::cancelled;
    } else if (failure != nullptr) {
        answer.run = RunState::failed;
        answer.cause = failure->cause;
    } else {
        answer.run = RunState::succeeded;
    }
}

}  // namespace triphammer::plan
