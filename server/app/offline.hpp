#pragma once
// The command line without a daemon: one call of the API, answered in this process.

#include "app/config.hpp"
#include "base/result.hpp"

#include <string>

namespace triphammer::app {

struct OfflineAnswer {
    int status = 0;
    std::string body;
};

/// Locks the data directory, runs the route's handler as an admin, closes everything.
/// Code::conflict when a daemon holds the directory but does not answer.
Result<OfflineAnswer> call_offline(
    const Config& config,
    const std::string& method,
    const std::string& target,
    const std::string& body
);

}  // namespace triphammer::app
