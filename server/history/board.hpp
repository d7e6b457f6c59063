#pragma once
// Read models for boards, as JSON text: the wall, the queue, the insights of a repository. Plain
// functions over a read connection; each looks at a bounded number of rows.

#include "history/history.hpp"
#include "store/runs/board_store.hpp"

#include <optional>
#include <span>

namespace triphammer::history {

/// How a branch is, by the newest ended run of each of its workflows.
struct Health {
    std::string state;                    // succeeded, failed, cancelled; empty: nothing has ended
    const store::RunPoint* broken_since;  // the first failure of the row that goes on; or null
};

/// `points` newest first. The worst workflow counts; what a cancelled run would have been is not
/// known, so the run before it counts. Pure.
Health judge(std::span<const store::RunPoint> points);

/// How a run is, were the jobs of one name all of it: the worst of those that ended counts, once
/// all have. None: there is none, or it was skipped. Pure.
std::optional<model::RunState> judge_jobs(std::span<const model::JobState> states);

/// {"items": […]}: each repository of these (or the one given) with its default branch's health,
/// its newest runs, what runs now and how long that took before.
Result<std::string> get_wall(
    store::Connection& db, model::RepositoryId repository, const store::Among& among = {}
);

/// {"running": […], "waiting": […], "more": bool}: jobs that run, with how long runs of their
/// workflow took before, or may run, with what they wait for.
Result<std::string> get_queue(store::Connection& db, model::RepositoryId repository, TimePoint now);

struct InsightsQuestion {
    model::RepositoryId repository = {};
    std::string environment = {};  // of the four DORA numbers; empty: where it deployed last
    int days = 30;
    TimePoint now = {};
};

/// Durations (also of as many days before), success and queue wait by day and by workflow, flaky
/// tests, DORA, from the newest 2,000 runs and 500 deployments that fall into the days; and the
/// slowest steps of the newest 60 runs, whenever they were.
/// Code::invalid for days outside 1 to 365.
Result<std::string> get_insights(store::Connection& db, const InsightsQuestion& question);

}  // namespace triphammer::history
