#pragma once

#include "base/result.hpp"
#include "runner/session/step_executor.hpp"

#include <string>

namespace triphammer::runner {

/// A small plain file that a step names, by the path that the step sees; without a root it is meant
/// in the workspace. Never outside of the job's folders, through whatever links.
/// Code::refused, Code::not_found, Code::too_large.
Result<std::string> read_job_file(
    const JobFolders& folders, const std::string& path, std::size_t most_bytes
);

}  // namespace triphammer::runner
