#pragma once

#include "execution/process.hpp"
#include "execution/stop.hpp"

#include <functional>

namespace triphammer::runner {

/// Sends a signal to everything of a command.
using SendSignal = std::function<Task<Result<>>(int)>;

/// When `stop` is asked for or the deadline passes: TERM, the grace, KILL; `cause` tells which.
/// Returns after KILL; cancel it when the command has ended.
Task<> watch_for_end(
    execution::ProcessLimits limits,
    execution::StopToken& stop,
    execution::EndCause& cause,
    SendSignal send
);

}  // namespace triphammer::runner
