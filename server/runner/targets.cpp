#include "runner/targets.hpp"

#include "runner/deploy/container/target.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

using Made = Result<std::unique_ptr<Target>>;

const SystemClock kClock;

/// What a driver on a Docker engine begins with.
struct OnEngine {
    std::unique_ptr<docker::Engine> engine;
    DeployPlan plan;
    DeployNames names;
};

Task<Result<OnEngine>> connect(JobSession& session) {
    const auto& document = session.document();
    const Evaluate evaluate = [&session](const model::Template& value) {
        return session.evaluate(value);
    };
    auto plan = make_deploy_plan(document, evaluate);
    if (!plan) co_return plan.error();
    auto connecting = docker::Engine::connect(document.executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    auto names = make_names(document, plan->service);
    co_return OnEngine{std::move(*engine), std::move(*plan), std::move(names)};
}

}  // namespace

Task<Made> make_target(JobSession& session, StepExecutor*) {
    auto connecting = connect(session);
    auto on = co_await std::move(connecting);
    if (!on) co_return on.error();
    co_return std::make_unique<ContainerTarget>(
        std::move(on->engine), std::move(on->plan), std::move(on->names), kClock
    );
}

}  // namespace triphammer::runner
