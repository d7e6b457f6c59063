#include "queue/queue.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace triphammer::queue {

using model::JobState;

namespace {

bool is_wanted(const store::JobRow& job, const RerunRequest& request) {
    switch (request.what) {
        case Rerun::all:
            return true;
        case Rerun::failed:
            return job.state == JobState::failed || job.state == JobState::cancelled ||
                   job.state == JobState::timed_out;
        case Rerun::job:
            return job.id == request.job;
    }
    return false;
}

bool needs_one_of(const store::JobRow& job, const std::set<std::string>& keys) {
    const auto needs = nlohmann::json::parse(job.needs_json, nullptr, false);
    for (const auto& need : needs) {
        if (need.is_string() && keys.count(need.get<std::string>()) > 0) return true;
    }
    return false;
}

/// The wanted jobs and, until nothing is added any more, what needs one of them.
std::set<std::string> collect_keys(
    const std::vector<store::JobRow>& jobs, const RerunRequest& request
) {
    std::set<std::string> keys;
    for (const auto& job : jobs) {
        if (is_wanted(job, request)) keys.insert(job.key);
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& job : jobs) {
            if (needs_one_of(job, keys)) grew = keys.insert(job.key).second || grew;
        }
    }
    return keys;
}

}  // namespace

Result<> rerun(store::Transaction& tx, model::RunId run, const RerunRequest& request) {
    if (auto restarted = store::restart_run(tx, run, request.actor); !restarted) return restarted;
    const auto jobs = store::list_jobs(tx, run);
    const auto keys = collect_keys(jobs, request);
    if (keys.empty()) return conflict("nothing of run " + to_text(run) + " would run again");
    for (const auto& job : jobs) {
        if (keys.count(job.key) == 0) continue;
        if (auto reset = store::reset_job(tx, job.id, request.actor); !reset) return reset;
    }
    return advance_run(tx, run);
}

}  // namespace triphammer::queue
