#pragma once
// This program once more, where the job's steps run, with their rights and their view of the files
// (docs/adr/0014): so a link that a step has planted leads it nowhere that the step could not go.

#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

/// Puts a copy into the job's temp folder where there is none. A step may replace it: then it is
/// that step's program which runs as a step, as any other. Code::io.
Result<StepCommand> make_own_command(
    const StepExecutor& executor, std::vector<std::string> arguments
);

}  // namespace triphammer::runner
