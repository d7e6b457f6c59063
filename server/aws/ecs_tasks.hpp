#pragma once
// What a service of ECS really runs: its tasks, their definitions and the digests of their images.
// `judge_live` is pure.
// Source: docs.aws.amazon.com, Amazon ECS API Reference, ListTasks, DescribeTasks and Container.

#include "aws/ecs.hpp"

#include <optional>

namespace triphammer::aws {

struct LiveContainer {
    std::string name;
    std::string image;   // as the task definition has it
    std::string digest;  // sha256:… that was pulled; empty where ECS does not say it
    std::string health;  // HEALTHY | UNHEALTHY | UNKNOWN
};

struct LiveTask {
    std::string arn;
    std::string definition;  // ARN
    std::string status;      // PROVISIONING, PENDING, …, RUNNING, …
    std::vector<LiveContainer> containers;
};

/// The tasks that are meant to run, page after page.
Task<Result<std::vector<LiveTask>>> list_live_tasks(
    const Client& ecs, std::string cluster, std::string service
);

struct LiveWish {
    std::string definition;  // ARN of this very revision
    std::string container;   // the one whose image is deployed
    std::string digest;      // sha256:…
    std::int64_t count = 0;  // tasks at least
};

/// Done: only tasks of this definition run, `count` of them, and the container's image is that of
/// the digest. Failed: another digest runs under this definition, or a container is unhealthy.
Judgement judge_live(const std::vector<LiveTask>& tasks, const LiveWish& wish);

/// RunTask's input, with a clientToken: the same one again gives the same task. Answers its ARN.
/// Code::refused where ECS has no place for it.
Task<Result<std::string>> run_task(const Client& ecs, nlohmann::json input);
/// As DescribeTasks shows it. Code::not_found.
Task<Result<nlohmann::json>> get_task(const Client& ecs, std::string cluster, std::string arn);
Task<Result<>> stop_task(
    const Client& ecs, std::string cluster, std::string arn, std::string reason
);

/// How a task that runs one command is.
struct CommandEnd {
    bool is_over = false;
    std::optional<int> exit_status;  // of the container; nothing: ECS does not say it
    std::string fault;               // why an exit status of 0 proves nothing
    std::string words;
};

/// `digest` is what the container was to run.
CommandEnd end_of_command(
    const nlohmann::json& task, const std::string& container, const std::string& digest
);

}  // namespace triphammer::aws
