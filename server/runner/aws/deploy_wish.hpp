#pragma once
// The inputs of aws-actions/amazon-ecs-deploy-task-definition, as ECS's calls want them. Pure.

#include "runner/aws/action_io.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace triphammer::runner {

struct DeployWish {
    std::string file;  // of the task definition; or:
    std::string arn;   // one that is registered
    std::vector<std::string> kept_keys;
    std::string cluster = "default";
    std::string service;    // empty: none
    nlohmann::json update;  // of UpdateService, without cluster, service and definition
    bool waits_for_service = false;
    bool runs_task = false;
    nlohmann::json task;  // of RunTask, likewise
    bool waits_for_task = false;
    std::chrono::minutes limit{30};
};

/// Code::invalid names the input.
Result<DeployWish> read_deploy_wish(const ActionIo& io);

}  // namespace triphammer::runner
