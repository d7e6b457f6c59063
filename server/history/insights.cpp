#include "history/board.hpp"
#include "history/json.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace triphammer::history {

namespace {

using model::DeploymentState;
using model::RunState;
using store::RunPoint;

constexpr int kRuns = 2000;
constexpr int kDeployments = 500;
constexpr int kFlakyWindow = 5000;
constexpr int kFlaky = 20;
constexpr int kStepRuns = 60;
constexpr int kStepTimes = 5000;
constexpr std::size_t kSlowSteps = 10;
constexpr std::size_t kEnoughTimes = 4;  // half of them are compared with the other half

/// Values in milliseconds, and what stands at a share of them.
struct Sample {
    std::vector<std::int64_t> values;

    json at(double share) {
        if (values.empty()) return nullptr;
        const auto last = static_cast<double>(values.size() - 1);
        const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * last + 0.5);
        std::nth_element(values.begin(), place, values.end());
        return *place;
    }
};

std::int64_t duration_of(const RunPoint& point) {
    return (*point.finished_at - point.started_at.value_or(point.created_at)).count();
}

struct Group {
    std::int64_t runs = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    Sample duration;  // of those that succeeded: a failure is over early
    Sample before;    // of those in as many days before
    Sample wait;

    void add(const RunPoint& point) {
        ++runs;
        if (point.started_at) wait.values.push_back((*point.started_at - point.created_at).count());
        if (point.state == RunState::failed) ++failed;
        if (point.state != RunState::succeeded) return;
        ++succeeded;
        duration.values.push_back(duration_of(point));
    }

    json describe() {
        const auto ended = succeeded + failed;
        return {
            {"runs", runs},
            {"succeeded", succeeded},
            {"failed", failed},
            {"success",
             ended == 0 ? json()
                        : json(static_cast<double>(succeeded) / static_cast<double>(ended))},
            {"duration_p50_ms", duration.at(0.5)},
            {"duration_p90_ms", duration.at(0.9)},
            {"duration_before_p50_ms", before.at(0.5)},
            {"wait_p50_ms", wait.at(0.5)},
            {"wait_p90_ms", wait.at(0.9)},
        };
    }
};

/// The slowest first, each with its middle in the newer half of its times and in the older one.
json describe_slow_steps(store::Connection& db, model::RepositoryId repository) {
    std::map<std::array<std::string, 3>, std::vector<std::int64_t>> times;  // newest first
    for (auto& one : store::list_step_times(db, repository, kStepRuns, kStepTimes)) {
        times[{one.workflow, one.job, one.step}].push_back(one.took.count());
    }
    std::vector<json> steps;
    for (const auto& [name, all] : times) {
        const auto half = all.begin() + static_cast<std::ptrdiff_t>((all.size() + 1) / 2);
        Sample newer{{all.begin(), half}};
        Sample older{{half, all.end()}};
        const bool compares = all.size() >= kEnoughTimes;
        steps.push_back({
            {"workflow", name[0]},
            {"job", name[1]},
            {"step", name[2]},
            {"times", all.size()},
            {"p50_ms", newer.at(0.5)},
            {"before_p50_ms", compares ? older.at(0.5) : json()},
        });
    }
    std::stable_sort(steps.begin(), steps.end(), [](const json& one, const json& other) {
        return one["p50_ms"] > other["p50_ms"];
    });
    if (steps.size() > kSlowSteps) steps.resize(kSlowSteps);
    return steps;
}

template <class Key>
json describe_groups(std::map<Key, Group>& groups, const char* name) {
    auto out = json::array();
    for (auto& [key, group] : groups) {
        out.push_back(group.describe());
        out.back()[name] = key;
    }
    return out;
}

struct DeploymentCount {
    std::int64_t good = 0;
    std::int64_t bad = 0;
    Sample lead;
    Sample restore;  // from the first failure to the next success
};

/// Of points that are sorted by their age, the oldest first.
DeploymentCount count_deployments(
    const std::vector<store::DeploymentPoint>& points, TimePoint since
) {
    DeploymentCount count;
    const store::DeploymentPoint* broken = nullptr;
    for (const auto& point : points) {
        if (!point.finished_at || *point.finished_at < since) continue;
        if (point.state != DeploymentState::succeeded) {
            ++count.bad;
            if (broken == nullptr) broken = &point;
            continue;
        }
        ++count.good;
        count.lead.values.push_back((*point.finished_at - point.run_created_at).count());
        if (broken != nullptr) {
            count.restore.values.push_back((*point.finished_at - *broken->finished_at).count());
        }
        broken = nullptr;
    }
    return count;
}

/// DORA ("DORA's software delivery metrics: the four keys"): how often and how fast something is
/// deployed, how often that fails, how long until it is well again.
json describe_deployments(
    store::Connection& db, const InsightsQuestion& question, TimePoint since
) {
    auto environment = question.environment;
    if (environment.empty()) {
        environment = store::find_newest_environment(db, question.repository);
    }
    auto points = store::list_deployment_points(db, question.repository, environment, kDeployments);
    std::reverse(points.begin(), points.end());
    auto [good, bad, lead, restore] = count_deployments(points, since);
    return {
        {"environment", or_null(environment)},
        {"deployments", good},
        {"per_day", static_cast<double>(good) / question.days},
        {"failed", bad},
        {"failure_rate",
         good + bad == 0 ? json()
                         : json(static_cast<double>(bad) / static_cast<double>(good + bad))},
        {"lead_p50_ms", lead.at(0.5)},
        {"restore_p50_ms", restore.at(0.5)},
    };
}

json describe_flaky(store::Connection& db, model::RepositoryId repository) {
    auto out = json::array();
    for (const auto& test : store::list_flaky_tests(db, repository, kFlakyWindow, kFlaky)) {
        out.push_back({
            {"suite", or_null(test.suite)},
            {"name", test.name},
            {"job", test.job},
            {"times", test.times},
            {"last_run", to_id(test.last_run)},
        });
    }
    return out;
}

}  // namespace

namespace {

/// What there is nothing to compare with is of no interest.
void note_before(const RunPoint& point, Group& all, std::map<std::string, Group>& workflows) {
    const auto same = workflows.find(point.workflow);
    if (point.state != RunState::succeeded || same == workflows.end()) return;
    all.before.values.push_back(duration_of(point));
    same->second.before.values.push_back(duration_of(point));
}

}  // namespace

Result<std::string> get_insights(store::Connection& db, const InsightsQuestion& question) {
    if (question.days < 1 || question.days > 365) {
        return invalid("days must be between 1 and 365");
    }
    const auto since = question.now - std::chrono::hours{24} * question.days;
    const auto points = store::list_run_points(db, question.repository, "", kRuns);
    Group all;
    std::map<std::string, Group> days;
    std::map<std::string, Group> workflows;
    TimePoint oldest = question.now;
    for (const auto& point : points) {
        if (point.created_at < since) {
            if (point.created_at < since - (question.now - since)) break;
            note_before(point, all, workflows);
            continue;
        }
        oldest = point.created_at;
        if (!point.finished_at) continue;
        all.add(point);
        days[to_rfc3339(point.created_at).substr(0, 10)].add(point);
        workflows[point.workflow].add(point);
    }
    const bool cut = points.size() == kRuns && points.back().created_at >= since;
    return to_text({
        {"since", to_time(cut ? oldest : since)},
        {"cut", cut},
        {"all", all.describe()},
        {"days", describe_groups(days, "day")},
        {"workflows", describe_groups(workflows, "workflow")},
        {"slow_steps", describe_slow_steps(db, question.repository)},
        {"flaky", describe_flaky(db, question.repository)},
        {"deployments", describe_deployments(db, question, since)},
    });
}

}  // namespace triphammer::history
