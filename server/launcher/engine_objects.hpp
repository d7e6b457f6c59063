#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <string>

namespace triphammer::launcher {

/// Removes the containers, networks and volumes that an attempt made for itself (role=job; what a
/// deployment owns is retired by its ledger alone), and the network that it took.
/// Code::unavailable: the engine is silent, ask again.
Task<Result<>> remove_engine_objects(
    std::string docker_host, std::string server_id, std::int64_t fence
);

}  // namespace triphammer::launcher
