#pragma once
// Service deployments of ECS: one change of a service from its begin to its end, with its stages
// and hooks. `judge_change` is pure.
// Source: docs.aws.amazon.com, Amazon ECS API Reference, ServiceDeployment and
// DeploymentLifecycleHookDetail; Developer Guide, "Amazon ECS blue/green deployments".

#include "aws/ecs.hpp"

namespace triphammer::aws {

/// A pause that waits for somebody.
struct Pause {
    std::string hook;
    std::string stage;  // POST_TEST_TRAFFIC_SHIFT say

    bool empty() const { return hook.empty(); }
};

struct Change {
    std::string arn;
    std::string revision;  // of the service: what it turns into
    std::string status;  // PENDING | IN_PROGRESS | SUCCESSFUL | STOPPED | ROLLBACK_SUCCESSFUL | …
    std::string reason;
    std::string stage;
    std::string strategy;   // ROLLING | BLUE_GREEN | CANARY | LINEAR; empty: not said
    nlohmann::json shares;  // its canaryConfiguration or linearConfiguration, else empty
    Pause pause;

    bool empty() const { return arn.empty(); }

    /// It goes on: pending, in progress, or about to be stopped.
    bool is_open() const;
};

/// The member of a deploymentConfiguration that says how CANARY or LINEAR shifts; empty: no such
/// strategy.
const char* shares_member(std::string_view strategy);

/// How many minutes a configuration's shares stay before all traffic is there.
std::int64_t shifting_minutes(const nlohmann::json& configuration);

/// The service's newest changes, newest first; without reason, stage and pause.
Task<Result<std::vector<Change>>> list_changes(
    const Client& ecs, std::string cluster, std::string service
);
/// Code::not_found.
Task<Result<Change>> get_change(const Client& ecs, std::string arn);

/// The ARN of the task definition that a service's revision has. Code::not_found.
Task<Result<std::string>> get_definition_of(const Client& ecs, std::string revision);

/// Lets it go on after the pause, to the next one or to its end.
Task<Result<>> continue_change(const Client& ecs, std::string arn, std::string hook);
/// Back to the revision before. Code::refused where it is over.
Task<Result<>> roll_back_change(const Client& ecs, std::string arn);

/// Done is SUCCESSFUL alone; a change that went back by itself has failed.
Judgement judge_change(const Change& change);

}  // namespace triphammer::aws
