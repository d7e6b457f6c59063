#include "history/board.hpp"

#include "history/json.hpp"
#include "store/repository_store.hpp"
#include "store/runs/drain_store.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace triphammer::history {

namespace {

using model::RunState;
using store::RunPoint;

constexpr int kWallWindow = 60;
constexpr std::size_t kWallBars = 10;
constexpr int kMostOpenJobs = 300;

bool is_verdict(const RunPoint& point) {
    return point.state == RunState::succeeded || point.state == RunState::failed;
}

bool is_going(const RunPoint& point) {
    return point.state == RunState::running || point.state == RunState::waiting;
}

Milliseconds took(const RunPoint& point) {
    return *point.finished_at - point.started_at.value_or(point.created_at);
}

json describe_point(const RunPoint& point) {
    return {
        {"id", to_text(point.id)},
        {"number", point.number},
        {"workflow", point.workflow},
        {"title", point.title},
        {"actor", point.actor},
        {"state", name_of(point.state)},
        {"created_at", to_time(point.created_at)},
        {"started_at", to_time(point.started_at)},
        {"finished_at", to_time(point.finished_at)},
    };
}

/// The median of the same workflow's successes; null: there was none.
json expected_ms(std::span<const RunPoint> points, const std::string& workflow) {
    std::vector<std::int64_t> times;
    for (const auto& point : points) {
        const bool counts = point.state == RunState::succeeded && point.workflow == workflow;
        if (counts) times.push_back(took(point).count());
    }
    if (times.empty()) return nullptr;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

json describe_going(std::span<const RunPoint> points) {
    const auto going = std::find_if(points.begin(), points.end(), is_going);
    if (going == points.end()) return nullptr;
    auto out = describe_point(*going);
    out["expected_ms"] = expected_ms(points, going->workflow);
    return out;
}

json describe_repository(store::Connection& db, const store::RepositoryRow& repository) {
    const auto& branch = repository.default_branch;
    const auto ref = branch.empty() ? std::string{} : "refs/heads/" + branch;
    const auto points = store::list_run_points(db, repository.id, ref, kWallWindow);
    const auto health = judge(points);
    json out{
        {"full_name", repository.full_name},
        {"branch", or_null(branch)},
        {"state", or_null(health.state)},
        {"broken_since", health.broken_since ? describe_point(*health.broken_since) : json()},
        {"going", describe_going(points)},
        {"runs", json::array()},
    };
    for (std::size_t at = 0; at < std::min(points.size(), kWallBars); ++at) {
        out["runs"].push_back(describe_point(points[at]));
    }
    return out;
}

/// What a queued job waits for, in a sentence; those that wait say it themselves.
std::string reason_of(const store::OpenJob& job, std::size_t running, TimePoint now) {
    if (!job.reason.empty() && job.state == model::JobState::waiting) return job.reason;
    if (job.not_before > now) return "tried again at " + to_rfc3339(job.not_before);
    if (job.state == model::JobState::waiting) return "waits for something outside of the queue";
    return running == 0 ? "is about to start"
                        : "waits for a free worker; " + std::to_string(running) +
                              (running == 1 ? " job runs" : " jobs run");
}

json describe_open(const store::OpenJob& job) {
    return {
        {"id", to_text(job.id)},
        {"run", to_text(job.run)},
        {"number", job.run_number},
        {"repository", job.repository},
        {"workflow", job.workflow},
        {"title", job.title},
        {"name", job.name},
        {"state", name_of(job.state)},
        {"label", or_null(job.label)},
        {"queued_at", to_time(job.queued_at)},
        {"started_at", to_time(job.started_at)},
    };
}

/// How long runs of a repository's workflows took before; each repository is asked about once.
class Expectations {
  public:
    explicit Expectations(store::Connection& db) : db_{db} {}

    json of(const store::OpenJob& job) {
        auto& points = points_[job.repository_id.value];
        if (!points) points = store::list_run_points(db_, job.repository_id, "", kWallWindow);
        return expected_ms(*points, job.workflow);
    }

  private:
    store::Connection& db_;
    std::map<std::int64_t, std::optional<std::vector<RunPoint>>> points_;
};

json describe_drain(store::Connection& db) {
    const auto drain = store::find_drain(db);
    return drain ? json{{"by", drain->by}, {"at", to_time(drain->at)}} : json{};
}

}  // namespace

Health judge(std::span<const RunPoint> points) {
    Health health{"", nullptr};
    std::set<std::string_view> judged;
    for (const auto& point : points) {
        if (health.state.empty() && point.state == RunState::cancelled) health.state = "cancelled";
        if (!is_verdict(point) || !judged.insert(point.workflow).second) continue;
        const bool is_better = health.state.empty() || health.state == "cancelled";
        if (point.state == RunState::failed || is_better) health.state = name_of(point.state);
    }
    if (health.state != "failed") return health;
    std::set<std::string_view> mended;
    for (const auto& point : points) {
        if (point.state == RunState::succeeded) mended.insert(point.workflow);
        const bool goes_on = mended.count(point.workflow) == 0;
        if (point.state == RunState::failed && goes_on) health.broken_since = &point;
    }
    return health;
}

std::optional<RunState> judge_jobs(std::span<const model::JobState> states) {
    using model::JobState;
    const auto has = [&](std::initializer_list<JobState> some) {
        return std::any_of(states.begin(), states.end(), [&](JobState state) {
            return std::find(some.begin(), some.end(), state) != some.end();
        });
    };
    if (has({JobState::running})) return RunState::running;
    if (has({JobState::waiting})) return RunState::waiting;
    if (has({JobState::queued, JobState::blocked})) return RunState::queued;
    if (has({JobState::failed, JobState::timed_out})) return RunState::failed;
    if (has({JobState::cancelled})) return RunState::cancelled;
    if (has({JobState::succeeded})) return RunState::succeeded;
    return {};
}

Result<std::string> get_wall(
    store::Connection& db, model::RepositoryId only, const store::Among& among
) {
    auto items = json::array();
    for (const auto& repository : store::list_repositories(db)) {
        if ((only && repository.id != only) || !store::is_among(among, repository.id)) continue;
        items.push_back(describe_repository(db, repository));
    }
    return to_text({{"items", std::move(items)}, {"next", nullptr}});
}

Result<std::string> get_queue(
    store::Connection& db, model::RepositoryId repository, TimePoint now
) {
    auto jobs = store::list_open_jobs(db, repository, kMostOpenJobs + 1);
    const bool more = jobs.size() > kMostOpenJobs;
    if (more) jobs.pop_back();
    const auto runs = [](const store::OpenJob& job) {
        return job.state == model::JobState::running;
    };
    const auto running = static_cast<std::size_t>(std::count_if(jobs.begin(), jobs.end(), runs));
    Expectations expectations{db};
    json out{
        {"running", json::array()},
        {"waiting", json::array()},
        {"more", more},
        {"drained", describe_drain(db)}};
    for (const auto& job : jobs) {
        auto one = describe_open(job);
        if (runs(job)) {
            one["attempt"] = to_id(job.fence);
            one["executor"] = or_null(job.executor);
            one["run_started_at"] = to_time(job.run_started_at);
            one["expected_ms"] = expectations.of(job);
            out["running"].push_back(std::move(one));
        } else {
            one["reason"] = reason_of(job, running, now);
            out["waiting"].push_back(std::move(one));
        }
    }
    return to_text(out);
}

}  // namespace triphammer::history
