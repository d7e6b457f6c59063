#pragma once

#include "runner/session/job_session.hpp"

#include <memory>

namespace triphammer::runner {

/// The same steps with the job's services beside them, for jobs that are not in a container.
std::unique_ptr<StepExecutor> make_service_executor(
    JobSession& session, std::unique_ptr<StepExecutor> steps
);

}  // namespace triphammer::runner
