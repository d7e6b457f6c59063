#pragma once
// `durations`: how long things took, counted by upper bounds, for the histograms of /metrics. Kept
// in the transaction of what took so long, so that nothing counts twice and a restart forgets none.

#include "base/histogram.hpp"
#include "store/sqlite/transaction.hpp"

#include <string_view>

namespace triphammer::store {

inline constexpr std::string_view kJobWait = "job_wait";  // queued until it runs
inline constexpr std::string_view kJobRun = "job_run";    // runs until it has ended

void note_duration(Transaction& tx, std::string_view name, Milliseconds took);

Histogram find_durations(Connection& db, std::string_view name);

}  // namespace triphammer::store
