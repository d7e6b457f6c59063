#pragma once

#include "runner/session/job_session.hpp"

#include <memory>

namespace triphammer::runner {

/// Steps in a container of the job's own (image: document.job.container, else document.executor).
/// `folders.*.outside` exist; the executor chooses the names inside.
std::unique_ptr<StepExecutor> make_container_executor(JobSession& session);

}  // namespace triphammer::runner
