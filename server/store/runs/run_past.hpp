#pragma once
// What the runs around one say of it: its neighbours in the repository, when its workflow was green
// last, since when a job of it fails, how long its jobs take. Of one workflow are runs of the same
// file, event and ref; kWindow of the ref's newest are looked through. Read transactions.

#include "store/runs/run_store.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NearRun {
    model::RunId id;
    std::int64_t number = 0;
    std::string sha;
};

/// Of the same repository.
std::optional<NearRun> find_run_before(Connection& db, const RunRow& run);
std::optional<NearRun> find_run_after(Connection& db, const RunRow& run);

/// Those of the workflow before `run` that succeeded, the newest first.
std::vector<NearRun> list_green_before(Connection& db, const RunRow& run, int most);

/// The oldest run of the workflow since which this job has failed and never succeeded, `run`
/// itself included.
std::optional<NearRun> find_first_failure(Connection& db, const RunRow& run, std::string_view key);

/// When a job that succeeded began, counted from the first one's queueing, and how long it took;
/// milliseconds.
struct JobSpan {
    std::string key;
    std::int64_t from = 0;
    std::int64_t took = 0;
};

std::vector<JobSpan> list_spans(Connection& db, model::RunId run);

}  // namespace triphammer::store
