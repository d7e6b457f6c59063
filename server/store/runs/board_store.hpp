#pragma once
// What boards ask for: the newest runs of a repository as points in time, what waits, who works.
// Each looks at a bounded number of rows, so it costs the same at 2,000 and at 1,000,000 runs.

#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct RunPoint {
    model::RunId id;
    std::int64_t number = 0;
    std::string workflow;
    std::string actor;
    std::string title;
    model::RunState state = model::RunState::queued;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

/// Newest first; of a ref where it is not empty.
std::vector<RunPoint> list_run_points(
    Connection& db, model::RepositoryId repository, std::string_view ref, int most
);

/// Of the jobs of a run that are called so: by their name, by their key, or as legs of the matrix
/// of the job with that key.
std::vector<model::JobState> list_states_of(Connection& db, model::RunId run, std::string_view job);

struct OpenJob {
    model::JobId id;
    model::RunId run;
    std::int64_t run_number = 0;
    std::optional<TimePoint> run_started_at;
    model::RepositoryId repository_id;
    std::string repository;  // OWNER/NAME
    std::string workflow;
    std::string title;  // of the run
    std::string name;
    model::JobState state = model::JobState::queued;
    std::string reason;
    std::string label;
    TimePoint not_before;
    std::optional<TimePoint> queued_at;
    std::optional<TimePoint> started_at;
    model::Fence fence;    // of a running one
    std::string executor;  // of a running one
};

/// Jobs that are queued, wait for something, or run; of a repository where there is one. Runs in
/// the order in which they came.
std::vector<OpenJob> list_open_jobs(Connection& db, model::RepositoryId repository, int most);

/// Of the whole server: how much is going on, and how much waits for people.
struct OpenCounts {
    std::int64_t running = 0;    // jobs
    std::int64_t waiting = 0;    // jobs that are queued or wait for something
    std::int64_t approvals = 0;  // questions that nobody has decided
};

OpenCounts count_open(Connection& db);

struct StepTime {
    std::string workflow;
    std::string job;  // key
    std::string step;
    Milliseconds took{0};
};

/// Of steps that succeeded in the newest `runs` runs; the newest runs first, at most `most`.
std::vector<StepTime> list_step_times(
    Connection& db, model::RepositoryId repository, int runs, int most
);

struct FlakyTest {
    std::string suite;
    std::string name;
    std::string job;  // key
    std::int64_t times = 0;
    model::RunId last_run;
};

/// The most frequent first, among the server's newest `window` flaky results.
std::vector<FlakyTest> list_flaky_tests(
    Connection& db, model::RepositoryId repository, int window, int most
);

struct DeploymentPoint {
    model::DeploymentState state = model::DeploymentState::pending;
    TimePoint run_created_at;  // when what it deploys was pushed
    std::optional<TimePoint> finished_at;
};

/// Newest first.
std::vector<DeploymentPoint> list_deployment_points(
    Connection& db, model::RepositoryId repository, std::string_view environment, int most
);
/// Where the repository deployed last; empty: nowhere.
std::string find_newest_environment(Connection& db, model::RepositoryId repository);

}  // namespace triphammer::store
