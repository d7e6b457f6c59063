#include "queue/groups.hpp"
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

bool needs_one_of(const store::JobRow& job, const std::set<std::string>& nodes) {
    const auto needs = nlohmann::json::parse(job.needs_json, nullptr, false);
    for (const auto& need : needs) {
        if (need.is_string() && nodes.count(need.get<std::string>()) > 0) return true;
    }
    return false;
}

/// The wanted jobs and, until nothing is added any more, what needs one of them.
std::set<model::JobId> collect_jobs(
    const std::vector<store::JobRow>& jobs, const RerunRequest& request
) {
    std::set<model::JobId> ids;
    std::set<std::string> nodes;
    std::set<std::string> parents;
    const auto add = [&](const store::JobRow& job) {
        nodes.insert(job.node);
        if (!job.parent.empty()) parents.insert(job.parent);
        return ids.insert(job.id).second;
    };
    for (const auto& job : jobs) {
        if (is_wanted(job, request)) add(job);
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& job : jobs) {
            // A call begins again with what it calls.
            const bool calls_one = parents.count(job.key) > 0;
            if (calls_one || needs_one_of(job, nodes)) grew = add(job) || grew;
        }
    }
    return ids;
}

/// A run that begins again takes its place in its group again.
Result<> start_again(store::Transaction& tx, const store::RunRow& run) {
    const auto group = group_of(run.concurrency_json);
    const Member member{run.repository, run.id};
    const bool waits = !group.name.empty() && !enter_group(tx, member, group);
    if (auto advanced = advance_run(tx, run.id); !advanced) return advanced;
    return waits ? make_room(tx, member, group) : Result<>{};
}

}  // namespace

Result<> rerun(store::Transaction& tx, model::RunId run, const RerunRequest& request) {
    if (auto restarted = store::restart_run(tx, run, request.actor); !restarted) return restarted;
    const auto jobs = store::list_jobs(tx, run);
    const auto ids = collect_jobs(jobs, request);
    if (ids.empty()) return conflict("nothing of run " + to_text(run) + " would run again");
    for (const auto& job : jobs) {
        if (ids.count(job.id) == 0) continue;
        if (auto reset = store::reset_job(tx, job.id, request.actor); !reset) return reset;
    }
    return start_again(tx, *store::find_run(tx, run));
}

}  // namespace triphammer::queue
