#pragma once
// Elastic Load Balancing: whether what is behind a load balancer is healthy.
// Source: docs.aws.amazon.com, Elastic Load Balancing API Reference 2015-12-01,
// DescribeTargetHealth.

#include "aws/ecs.hpp"

namespace triphammer::aws {

/// How many targets of a group are in which state.
struct TargetStates {
    std::int64_t healthy = 0;
    std::int64_t going = 0;  // draining, or unused by any listener
    std::int64_t others = 0;
    std::string words;  // "2 healthy, 1 initial"
};

/// Code::not_found.
Task<Result<TargetStates>> get_target_states(const Client& elb, std::string group);

/// Done: at least `count` healthy targets, at least one, and none that is neither healthy nor
/// going.
Judgement judge_targets(const TargetStates& states, std::int64_t count);

}  // namespace triphammer::aws
