#pragma once
// The runner program's whole life: read the start line, attach, do the job, deliver the end.

#include "execution/network.hpp"
#include "launcher/start_line.hpp"
#include "runner/session/job_session.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

/// What was made before the job is known, for steps on this machine.
struct Ahead {
    std::optional<execution::Network> network;
    std::optional<Underlay> underlay;
    std::string layer_problem;  // why there is no underlay where there could be one
};

/// Returns when the daemon has everything or the attempt is over for us: 0; 1 when the attempt
/// could not even begin (the reason stands on standard error).
int run_attempt(const launcher::StartLine& line, const JobDrivers& drivers, Ahead ahead);

}  // namespace triphammer::runner
