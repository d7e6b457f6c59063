#pragma once
// What a small command prints, run where the steps run: what it may not read, we do not read for
// it.

#include "runner/session/step_executor.hpp"

#include <chrono>
#include <string>

namespace triphammer::runner {

struct Captured {
    int status = 0;  // exit status; 128 + N for a signal
    std::string text;
};

/// What only looks is done in a minute; what installs or unpacks may take its time on a busy
/// machine.
constexpr std::chrono::minutes kShortCapture{1};
constexpr std::chrono::minutes kLongCapture{15};

/// Standard output and error together. Code::too_large above `max_bytes`; Code::cancelled when it
/// was stopped, Code::timed_out after `limit`.
Task<Result<Captured>> capture(
    StepExecutor& executor,
    StepCommand command,
    std::size_t max_bytes,
    execution::StopToken& stop,
    std::chrono::minutes limit = kShortCapture
);

}  // namespace triphammer::runner
