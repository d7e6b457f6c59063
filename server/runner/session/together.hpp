#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/stop.hpp"

#include <vector>

namespace triphammer::runner {

/// Runs all of them beside each other, to the end of all, to the first error, which is returned, or
/// until the job is to stop (Code::cancelled): what is not ended then is cancelled (terminal). Is
/// not to be cancelled itself.
Task<Result<>> run_together(std::vector<Task<Result<>>> works, execution::StopToken& stop);

}  // namespace triphammer::runner
