#pragma once
// The runner program's whole life: read the start line, attach, do the job, deliver the end.

#include "launcher/start_line.hpp"
#include "runner/root_part.hpp"
#include "runner/session/job_session.hpp"

namespace triphammer::runner {

/// Ends the process when the daemon has everything or the attempt is over for us, with 0; with 1
/// when the attempt could not even begin (the reason stands on standard error).
[[noreturn]] void run_attempt(
    const launcher::StartLine& line, const JobDrivers& drivers, Belongings belongings
);

}  // namespace triphammer::runner
