#include "history/json.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_past.hpp"
#include "store/runs/run_store.hpp"

#include <algorithm>
#include <map>

namespace triphammer::history {

namespace {

constexpr int kGreens = 20;
constexpr std::size_t kMostFailures = 20;

json describe_near(const std::optional<store::NearRun>& run) {
    if (!run) return nullptr;
    return {{"id", to_id(run->id)}, {"number", run->number}, {"sha", run->sha}};
}

json list_failures(store::Connection& db, const store::RunRow& run) {
    auto out = json::array();
    for (const auto& job : store::list_jobs(db, run.id)) {
        const bool has_failed =
            job.state == model::JobState::failed || job.state == model::JobState::timed_out;
        if (!has_failed || out.size() == kMostFailures) continue;
        const auto first = store::find_first_failure(db, run, job.key);
        out.push_back({{"job", to_id(job.id)}, {"first", describe_near(first)}});
    }
    return out;
}

std::int64_t median(std::vector<std::int64_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

json list_usual(store::Connection& db, const std::vector<store::NearRun>& greens) {
    struct Times {
        std::vector<std::int64_t> from;
        std::vector<std::int64_t> took;
    };

    std::map<std::string, Times> by_key;
    for (const auto& green : greens) {
        for (const auto& span : store::list_spans(db, green.id)) {
            by_key[span.key].from.push_back(span.from);
            by_key[span.key].took.push_back(span.took);
        }
    }
    auto out = json::array();
    for (const auto& [key, times] : by_key) {
        out.push_back(
            {{"key", key}, {"from_ms", median(times.from)}, {"took_ms", median(times.took)}}
        );
    }
    return out;
}

}  // namespace

Result<std::string> get_past(
    store::Connection& db, model::RunId id, const std::string& github_url
) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto greens = store::list_green_before(db, *run, kGreens);
    const auto green = greens.empty() ? std::nullopt : std::optional{greens.front()};
    const auto page = page_of(db, run->repository, github_url);
    const bool differs = !page.empty() && green && green->sha != run->sha;
    return to_text({
        {"files", page.empty() ? json(nullptr) : json(page + "/blob/" + run->sha + "/")},
        {"compare",
         differs ? json(page + "/compare/" + green->sha + "..." + run->sha) : json(nullptr)},
        {"before", describe_near(store::find_run_before(db, *run))},
        {"after", describe_near(store::find_run_after(db, *run))},
        {"green", describe_near(green)},
        {"failures", list_failures(db, *run)},
        {"greens", greens.size()},
        {"usual", list_usual(db, greens)},
    });
}

}  // namespace triphammer::history
