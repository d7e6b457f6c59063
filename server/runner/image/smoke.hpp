#pragma once

#include "docker/engine.hpp"
#include "runner/session/job_session.hpp"

#include <string>

namespace triphammer::runner {

/// Runs `command` by the image's shell in a container of it, without a network; its output goes to
/// the log of `step`. Its exit status. The container is gone when it returns.
Task<Result<int>> run_smoke(
    JobSession& session, docker::Engine& engine, std::string image, std::string command, int step
);

}  // namespace triphammer::runner
