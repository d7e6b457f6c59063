#pragma once
// Elastic Load Balancing: where a listener, or a rule of one, leads requests to, and with which
// weights. What takes JSON is pure.
// Source: docs.aws.amazon.com, Elastic Load Balancing API Reference 2015-12-01: Listener, Rule,
// Action, ForwardActionConfig, ModifyListener, ModifyRule; User Guide for Application Load
// Balancers, "Forward actions". There is no version to write under: what somebody else changes
// between a reading and the next writing is overwritten.

#include "aws/client.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace triphammer::aws {

/// A target group's ARN and its weight, 0 to 999.
using Weights = std::map<std::string, std::int64_t>;

struct Routing {
    nlohmann::json actions;   // as AWS writes them, all scalars as strings
    bool is_default = false;  // a listener's own rule, which ModifyRule refuses
    std::string host;         // a rule's first host name without a wildcard
};

/// arn:…:listener-rule/…; else a listener's.
bool is_rule(const std::string& arn);
/// The listener that a rule is of; a listener's own.
std::string listener_of(const std::string& arn);

/// Code::not_found.
Task<Result<Routing>> get_routing(const Client& elb, std::string arn);
/// Replaces all actions.
Task<Result<>> put_actions(const Client& elb, std::string arn, nlohmann::json actions);

/// Of the forward action; one group alone has all traffic, whatever its weight: 1. Code::invalid
/// where there is no forward action.
Result<Weights> weights_of(const nlohmann::json& actions);
/// The same actions with these weights in their forward action.
nlohmann::json with_weights(nlohmann::json actions, const Weights& weights);
/// Without what AWS writes twice or fills in: equal texts lead equally.
std::string canonical(const nlohmann::json& actions);
/// How many seconds a client stays with its group; 0: not at all.
std::int64_t stickiness_of(const nlohmann::json& actions);

struct TargetGroup {
    std::string arn;
    std::string name;
    std::vector<std::string> balancers;  // ARNs
};

/// By names or ARNs. Code::not_found names the ones that are not there.
Task<Result<std::vector<TargetGroup>>> find_target_groups(
    const Client& elb, std::vector<std::string> names
);

/// Each listener and rule of its load balancers that leads traffic to the group: "ARN (weight 5)".
Task<Result<std::vector<std::string>>> list_traffic(const Client& elb, TargetGroup group);

/// Where clients reach a listener.
struct Doorway {
    std::string host;  // the load balancer's name
    std::uint16_t port = 0;
    bool tls = false;
};

Task<Result<Doorway>> get_doorway(const Client& elb, std::string listener);

}  // namespace triphammer::aws
