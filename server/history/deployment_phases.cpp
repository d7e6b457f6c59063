#include "history/deployment_phases.hpp"

#include "history/json.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::history {

namespace {

constexpr std::size_t kMostJobs = 64;  // one behind the other

class StopWatch {
  public:
    StopWatch(store::Connection& db, const store::DeploymentRow& deployment)
        : db_{db}, deployment_{deployment}, jobs_{store::list_jobs(db, deployment.run)} {}

    std::vector<TimedPhase> read() {
        const auto* own = find_own();
        if (!deployment_.started_at) return {};
        if (own != nullptr) add_jobs(*own);
        add_lock(own == nullptr);
        return finish();
    }

  private:
    /// Nothing where it was run again since: its steps are another deployment's.
    const store::JobRow* find_own() const {
        const auto found = std::find_if(jobs_.begin(), jobs_.end(), [this](const auto& job) {
            return job.id == deployment_.job && job.run_attempt == deployment_.run_attempt;
        });
        return found == jobs_.end() ? nullptr : &*found;
    }

    void add(std::string job, std::string name, std::optional<TimePoint> at) {
        if (at) out_.push_back({std::move(job), std::move(name), *at, {}});
    }

    void add_jobs(const store::JobRow& own) {
        std::vector<const store::JobRow*> chain{&own};
        while (chain.size() < kMostJobs) {
            const auto* before = find_before(*chain.back());
            if (before == nullptr) break;
            chain.push_back(before);
        }
        std::reverse(chain.begin(), chain.end());
        auto since = add_origin(*chain.front());
        for (const auto* job : chain) {
            add_job(*job, since);
            since = job->finished_at;
        }
    }

    /// Of what the job waited for, the one that ended last, in the same attempt of the run.
    const store::JobRow* find_before(const store::JobRow& job) const {
        const auto needs = parse_column(job.needs_json);
        const store::JobRow* out = nullptr;
        for (const auto& one : jobs_) {
            const bool is_needed = std::any_of(needs.begin(), needs.end(), [&one](const json& key) {
                return key.is_string() && (key == json(one.key) || key == json(one.node));
            });
            const bool has_run = one.finished_at && one.started_at;
            if (!is_needed || !has_run || one.run_attempt != job.run_attempt) continue;
            if (out == nullptr || *one.finished_at > *out->finished_at) out = &one;
        }
        return out;
    }

    /// When the first job could have begun.
    std::optional<TimePoint> add_origin(const store::JobRow& first) {
        const auto run = store::find_run(db_, deployment_.run);
        if (!run || first.run_attempt > 1) return first.queued_at;
        const auto delivery = store::find_delivery(db_, run->delivery);
        if (delivery && delivery->received_at < run->created_at) {
            add("", "Plan", delivery->received_at);
        }
        return run->created_at;
    }

    void add_job(const store::JobRow& job, std::optional<TimePoint> since) {
        add(job.key, "Wait for its turn", since);
        for (const auto& approval : store::list_approvals_of_job(db_, job.id)) {
            if (approval.run_attempt != job.run_attempt || !approval.decided_at) continue;
            add(job.key, "Wait for the approval", approval.created_at);
            add(job.key, "Wait for its turn", approval.decided_at);
        }
        for (const auto& attempt : store::list_attempts(db_, job.id)) {
            if (since && attempt.claimed_at < *since) continue;
            add(job.key, "Start", attempt.claimed_at);
            for (const auto& step : store::list_steps(db_, attempt.fence)) {
                add(job.key, step.name, step.started_at);
                end_ = step.finished_at;
            }
        }
        add(job.key, "End", std::exchange(end_, {}));
    }

    void add_lock(bool is_alone) {
        const auto key = is_alone ? std::string{} : find_own()->key;
        if (deployment_.created_at < *deployment_.started_at) {
            add(key, "Wait for its place", deployment_.created_at);
        }
        if (is_alone) add("", "Deploy", deployment_.started_at);
    }

    /// In their order, the last one of several that begin at once.
    std::vector<TimedPhase> finish() {
        const auto& end = deployment_.finished_at;
        std::erase_if(out_, [&end](const auto& phase) { return end && phase.from > *end; });
        std::stable_sort(out_.begin(), out_.end(), [](const auto& one, const auto& other) {
            return one.from < other.from;
        });
        std::vector<TimedPhase> out;
        for (auto& phase : out_) {
            if (!out.empty()) out.back().to = phase.from;
            if (!out.empty() && out.back().from == phase.from) out.pop_back();
            out.push_back(std::move(phase));
        }
        if (!out.empty()) out.back().to = end;
        if (out.size() > 1 && out.back().to == out.back().from) out.pop_back();
        return out;
    }

    store::Connection& db_;
    const store::DeploymentRow& deployment_;
    const std::vector<store::JobRow> jobs_;
    std::vector<TimedPhase> out_;
    std::optional<TimePoint> end_;  // of the last step
};

}  // namespace

std::vector<TimedPhase> list_phases(store::Connection& db, const store::DeploymentRow& deployment) {
    return StopWatch{db, deployment}.read();
}

}  // namespace triphammer::history
