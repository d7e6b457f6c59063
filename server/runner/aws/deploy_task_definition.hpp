#pragma once

#include "runner/aws/call.hpp"

namespace triphammer::runner {

/// aws-actions/amazon-ecs-deploy-task-definition: registers a task definition, runs tasks of it,
/// updates a service to it and waits for the proof that it runs.
Task<Result<>> deploy_task_definition(AwsCall call);

}  // namespace triphammer::runner
