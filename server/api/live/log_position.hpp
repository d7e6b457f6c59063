#pragma once
// Where a log is now, for followers that have just subscribed to it.

#include "api/live/live_hub.hpp"
#include "store/sqlite/connection.hpp"

#include <optional>
#include <string>

namespace triphammer::api {

struct Services;

/// `topic` is "log:RUN/JOB/STEP"; nothing for a malformed one or an unknown log.
Task<std::optional<LogGrowth>> find_log_position(Services& services, std::string topic);

/// Whose log "log:RUN/JOB/STEP" is; none: there is no such job in that run.
std::optional<model::RepositoryId> repository_of_log(
    store::Connection& db, const std::string& topic
);

}  // namespace triphammer::api
