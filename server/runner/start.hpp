#pragma once
// What an attempt's start line means to its runner.

#include "base/random.hpp"
#include "launcher/start_line.hpp"
#include "protocol/runner_machine.hpp"
#include "runner/session/job_session.hpp"

namespace triphammer::runner {

/// Inside a sandbox they have the names that they have outside, but for /tmp.
JobFolders folders_of(const launcher::StartLine& line);

/// Of an attempt with an overlay (runner/layers).
Underlay underlay_of(const launcher::StartLine& line, std::string commit);

/// Beside what the daemon wants hidden: everybody's attempts.
std::vector<std::string> hidden_from_steps(const launcher::StartLine& line);

/// With a nonce of this process: an attempt is attached to once.
protocol::RunnerIdentity identity_of(const launcher::StartLine& line, Random& random);

}  // namespace triphammer::runner
