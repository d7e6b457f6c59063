#pragma once
// `deploy: { to: ecs | apprunner | alb }` with its expressions evaluated and checked. Pure.

#include "docker/reference.hpp"
#include "model/job_document.hpp"
#include "rollout/plan.hpp"
#include "runner/image/plan.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace triphammer::runner {

/// How long, and how often, a target is looked at.
struct AwsPatience {
    std::chrono::milliseconds interval{5'000};
    std::chrono::milliseconds timeout{900'000};
    std::chrono::milliseconds hold{0};  // how long it must stay good
};

struct EcsPlan {
    std::string cluster;
    std::string service;
    std::string container;        // empty: the only one of the task definition
    std::string task_definition;  // empty: what the service has now
    docker::ImageReference image;
    bool is_native = false;            // ECS's own blue/green, canary or linear
    std::string shift = "BLUE_GREEN";  // how those move the traffic
    std::int64_t bake_minutes = 0;
    std::string before;  // a shell's command
    bool rolls_back = true;
    AwsPatience patience;
};

/// `deploy: { to: ecs, retire: SERVICE }`
struct RetirePlan {
    std::string cluster;
    std::string service;
    bool rolls_back = true;
    AwsPatience patience;
};

/// Code::invalid with a sentence for what this driver does not do or cannot read.
Result<EcsPlan> make_ecs_plan(const model::DeploySpec& spec, const Evaluate& evaluate);

struct AppRunnerPlan {
    std::string service;
    docker::ImageReference image;
    bool rolls_back = true;
    AwsPatience patience;
};

Result<AppRunnerPlan> make_apprunner_plan(const model::DeploySpec& spec, const Evaluate& evaluate);
Result<RetirePlan> make_retire_plan(const model::DeploySpec& spec, const Evaluate& evaluate);

/// `deploy: { to: alb }`
struct AlbPlan {
    std::string listener;                         // ARN of a listener, or of a rule of one
    std::map<std::string, std::int64_t> weights;  // by names or ARNs of target groups
    std::string path;                             // of verify.http; empty: nothing is asked
    bool rolls_back = true;
    // Users are led there already: not as patient as with what only starts.
    AwsPatience patience{std::chrono::milliseconds{2'000}, std::chrono::milliseconds{60'000}};
    AwsPatience verify = patience;
};

Result<AlbPlan> make_alb_plan(const model::DeploySpec& spec, const Evaluate& evaluate);

}  // namespace triphammer::runner
