#pragma once
// The runner program's whole life: read the start line, attach, do the job, deliver the end.

#include "execution/network.hpp"
#include "launcher/start_line.hpp"
#include "runner/session/job_session.hpp"

#include <optional>

namespace triphammer::runner {

/// Returns when the daemon has everything or the attempt is over for us: 0; 1 when the attempt
/// could not even begin (the reason stands on standard error). `network`: one that was made ahead,
/// for steps on this machine.
int run_attempt(
    const launcher::StartLine& line,
    const JobDrivers& drivers,
    std::optional<execution::Network> network
);

}  // namespace triphammer::runner
