#include "queue/groups.hpp"
#include "queue/queue.hpp"
#include "queue/trust.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

namespace triphammer::queue {

using model::JobState;

namespace {

using Jobs = std::vector<store::JobRow>;
using Index = std::size_t;

bool is_under_way(const store::JobRow& job) {
    return job.state != JobState::blocked && !is_final(job.state);
}

bool has_failed(const store::JobRow& job) {
    return job.state == JobState::failed || job.state == JobState::cancelled ||
           job.state == JobState::timed_out;
}

/// Who needs whom and who calls whom among the jobs of a run, which it borrows.
class Ties {
  public:
    explicit Ties(const Jobs& jobs) : jobs_{jobs}, needs_(jobs.size()) {
        for (Index i = 0; i < jobs.size(); ++i) {
            by_node_[jobs[i].node].push_back(i);
            by_key_[jobs[i].key] = i;
            if (!jobs[i].parent.empty()) called_[jobs[i].parent].push_back(i);
        }
        for (Index i = 0; i < jobs.size(); ++i) read_needs(i);
    }

    /// For each job the one under way that stands on what it gave; such a job stays as it is.
    std::vector<std::optional<Index>> find_users() const {
        std::vector<std::optional<Index>> users(jobs_.size());
        std::vector<Index> open;
        const auto use = [&](const std::vector<Index>& used, Index user) {
            for (const auto one : used) {
                if (users[one]) continue;
                users[one] = user;
                open.push_back(one);
            }
        };
        for (Index i = 0; i < jobs_.size(); ++i) {
            if (is_under_way(jobs_[i])) use(needs_[i], i);
        }
        while (!open.empty()) {
            const auto one = open.back();
            open.pop_back();
            use(needs_[one], *users[one]);
            use(called_by(one), *users[one]);
        }
        return users;
    }

    /// The wanted ones and all that has to run again with them: what needs one of them; what a
    /// call that begins again calls; and the call that one of them stands in, with which it ends.
    std::vector<bool> follow(const std::vector<Index>& wanted) const {
        std::vector<bool> again(jobs_.size());
        std::vector<bool> as_a_whole(jobs_.size());
        std::vector<Index> open;
        const auto add = [&](Index job, bool is_whole) {
            if (again[job] && (as_a_whole[job] || !is_whole)) return;
            again[job] = true;
            as_a_whole[job] = as_a_whole[job] || is_whole;
            open.push_back(job);
        };
        for (const auto job : wanted) add(job, true);
        while (!open.empty()) {
            const auto job = open.back();
            open.pop_back();
            for (const auto next : needed_by(job)) add(next, true);
            if (const auto caller = by_key_.find(jobs_[job].parent); caller != by_key_.end()) {
                add(caller->second, false);
            }
            if (!as_a_whole[job]) continue;
            for (const auto one : called_by(job)) add(one, true);
        }
        return again;
    }

    const std::vector<Index>& called_by(Index job) const { return find(called_, jobs_[job].key); }

  private:
    using Index_of = std::unordered_map<std::string, std::vector<Index>>;

    static const std::vector<Index>& find(const Index_of& map, const std::string& key) {
        static const std::vector<Index> kNone;
        const auto found = map.find(key);
        return found == map.end() ? kNone : found->second;
    }

    void read_needs(Index job) {
        const auto needs = nlohmann::json::parse(jobs_[job].needs_json, nullptr, false);
        for (const auto& need : needs) {
            if (!need.is_string()) continue;
            const auto node = need.get<std::string>();
            needed_by_[node].push_back(job);
            const auto& legs = find(by_node_, node);
            needs_[job].insert(needs_[job].end(), legs.begin(), legs.end());
        }
    }

    const std::vector<Index>& needed_by(Index job) const {
        return find(needed_by_, jobs_[job].node);
    }

    const Jobs& jobs_;
    Index_of by_node_;
    Index_of called_;
    Index_of needed_by_;
    std::unordered_map<std::string, Index> by_key_;
    std::vector<std::vector<Index>> needs_;
};

/// What was asked for by name, ended or not.
std::vector<Index> list_wanted(const Jobs& jobs, const Ties& ties, const RerunRequest& request) {
    const auto is_wanted = [&](Index i) {
        if (request.what == Rerun::job) return jobs[i].id == request.job;
        if (request.what == Rerun::all) return is_final(jobs[i].state);
        // A call that failed because of its jobs begins again with those.
        const auto& called = ties.called_by(i);
        return has_failed(jobs[i]) && std::none_of(called.begin(), called.end(), [&](Index one) {
                   return has_failed(jobs[one]);
               });
    };
    std::vector<Index> wanted;
    for (Index i = 0; i < jobs.size(); ++i) {
        if (is_wanted(i)) wanted.push_back(i);
    }
    return wanted;
}

/// The wanted jobs that may begin again now. Code::conflict with the reason when none may.
Result<std::vector<Index>> choose(
    const Jobs& jobs, const Ties& ties, model::RunId run, const RerunRequest& request
) {
    const auto users = ties.find_users();
    auto reason = "nothing of run " + to_text(run) + " would run again";
    std::vector<Index> chosen;
    for (const auto i : list_wanted(jobs, ties, request)) {
        if (!is_final(jobs[i].state)) {
            reason = "job '" + jobs[i].key + "' has not ended; cancel it first";
        } else if (users[i]) {
            reason = "job '" + jobs[*users[i]].key + "' needs '" + jobs[i].key +
                     "' and has not ended; wait for it, or cancel it first";
        } else {
            chosen.push_back(i);
        }
    }
    if (chosen.empty()) return conflict(reason);
    return chosen;
}

/// A run that begins again takes its place in its group again.
Result<> start_again(store::Transaction& tx, const store::RunRow& run) {
    if (waits_for_trust(tx, run)) return advance_run(tx, run.id);
    const auto group = group_of(run.concurrency_json);
    const Member member{run.repository, run.id};
    const bool waits = !group.name.empty() && !enter_group(tx, member, group);
    if (auto advanced = advance_run(tx, run.id); !advanced) return advanced;
    return waits ? make_room(tx, member, group) : Result<>{};
}

}  // namespace

Result<> rerun(store::Transaction& tx, model::RunId id, const RerunRequest& request) {
    const auto run = store::find_run(tx, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto jobs = store::list_jobs(tx, id);
    const Ties ties{jobs};
    const auto chosen = choose(jobs, ties, id, request);
    if (!chosen) return chosen.error();
    if (auto restarted = store::restart_run(tx, id, request.actor); !restarted) return restarted;
    const auto again = ties.follow(*chosen);
    for (Index i = 0; i < jobs.size(); ++i) {
        // A call that still goes on just gets its job back.
        if (!again[i] || !is_final(jobs[i].state)) continue;
        if (auto reset = store::reset_job(tx, jobs[i].id, request.actor); !reset) return reset;
    }
    store::renew_run_attempt(tx, id);
    return is_final(run->state) ? start_again(tx, *store::find_run(tx, id)) : advance_run(tx, id);
}

}  // namespace triphammer::queue
