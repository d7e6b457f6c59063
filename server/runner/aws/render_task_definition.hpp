#pragma once

#include "runner/aws/call.hpp"

namespace triphammer::runner {

/// aws-actions/amazon-ecs-render-task-definition: a task definition with another image and more in
/// it, as a new file in RUNNER_TEMP.
Task<Result<>> render_task_definition(AwsCall call);

}  // namespace triphammer::runner
