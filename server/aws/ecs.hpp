#pragma once
// The Elastic Container Service: what its answers prove. `judge` is pure.
// Source: docs.aws.amazon.com, Amazon ECS API Reference, Service and Deployment. Its waiter for
// stable services is also content after a rollback by itself, so it is not taken as a proof.

#include "aws/client.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace triphammer::aws {

/// Code::not_found names a service or a cluster that is not there.
Task<Result<nlohmann::json>> get_service(
    const Client& ecs, std::string cluster, std::string service
);

/// By family, family:revision or ARN; with what only answers have. Code::refused: there is none.
Task<Result<nlohmann::json>> get_task_definition(const Client& ecs, std::string name);
/// `definition`: the JSON of the call, whose order of members stays. Answers the new revision's
/// ARN.
Task<Result<std::string>> register_task_definition(const Client& ecs, std::string definition);

/// UpdateService's input; answers the service as it is then.
Task<Result<nlohmann::json>> update_service(const Client& ecs, nlohmann::json input);

/// One rollout of a service.
struct Rollout {
    std::string id;               // ecs-svc/…
    std::string task_definition;  // its ARN

    friend bool operator==(const Rollout&, const Rollout&) = default;
};

/// The PRIMARY deployment; empty where there is none.
Rollout primary_of(const nlohmann::json& service);

struct Judgement {
    enum class Progress { going_on, done, failed };

    Progress progress = Progress::going_on;
    std::string words;  // how far it is, or why it has failed
};

/// Done is only what is proven: this very rollout is the service's primary one, ECS calls it
/// completed (where it says so at all: else it is the only one), and all its tasks run.
Judgement judge(const nlohmann::json& service, const Rollout& rollout);

/// Why tasks of the rollout have stopped, a line each; nothing where that cannot be known.
Task<std::vector<std::string>> list_stop_reasons(
    const Client& ecs, std::string cluster, std::string service, Rollout rollout
);

/// Whether all tasks of DescribeTasks have stopped, and whether each container ended with 0; what
/// has no exit status has failed.
Judgement judge_tasks(const nlohmann::json& answer, std::size_t expected);

/// "TaskFailedToStart: …; app: exit status 1, OutOfMemoryError"
std::string stop_reason(const nlohmann::json& task);

}  // namespace triphammer::aws
