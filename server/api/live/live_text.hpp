#pragma once
// The messages of the live stream as JSON texts. Pure.

#include "api/live/live_hub.hpp"
#include "store/runs/board_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <string>
#include <vector>

namespace triphammer::api {

/// "run:12" and "runs" for a run's change, "run:12" for its jobs and steps, "queue" for jobs and
/// the queue's drain, the plural of the noun for everything else.
std::vector<std::string> topics_of(const store::ChangeRow& change);
/// "log:RUN/JOB/STEP"
std::string topic_of(const LogGrowth& growth);

std::string change_text(const store::ChangeRow& change, const std::string& topic);
std::string growth_text(const LogGrowth& growth);
/// Of the topic "counts".
std::string counts_text(const store::OpenCounts& counts);
/// Whether these counts may be others after it.
bool changes_counts(const store::ChangeRow& change);
std::string resync_text(std::int64_t seq);

}  // namespace triphammer::api
