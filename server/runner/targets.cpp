#include "runner/targets.hpp"

#include "runner/deploy/aws/targets.hpp"
#include "runner/deploy/compose/target.hpp"
#include "runner/deploy/container/target.hpp"
#include "runner/deploy/exec/target.hpp"
#include "runner/deploy/ssh/target.hpp"
#include "runner/deploy/swarm/target.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

using Made = Result<std::unique_ptr<Target>>;

const SystemClock kClock;

/// What a driver on a Docker engine begins with.
struct OnEngine {
    std::string address;
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
    auto address = document.executor.docker_host;
    auto connecting = docker::Engine::connect(address);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    plan->public_host = (*engine)->host();
    auto names = make_names(document, plan->service);
    co_return OnEngine{std::move(address), std::move(*engine), std::move(*plan), std::move(names)};
}

}  // namespace

bool is_program(const std::string& driver) {
    return driver == "exec" || driver == "ssh";
}

Task<Made> make_target(JobSession& session, StepExecutor* place) {
    const auto& deploy = session.document().job.deploy;
    if (deploy && is_program(deploy->to)) {
        if (place == nullptr) co_return invalid("there is no place to run the program in");
        if (deploy->to == "ssh") co_return std::make_unique<SshTarget>(session, *place, kClock);
        co_return std::make_unique<ExecTarget>(session, *place);
    }
    if (deploy && is_of_aws(deploy->to)) {
        auto making = make_aws_target(session, kClock);
        co_return co_await std::move(making);
    }
    auto connecting = connect(session);
    auto on = co_await std::move(connecting);
    if (!on) co_return on.error();
    auto& [address, engine, plan, names] = *on;
    if (plan.driver == "compose") {
        co_return std::make_unique<ComposeTarget>(
            session, std::move(engine), std::move(plan), std::move(names), kClock
        );
    }
    if (plan.driver != "swarm") {
        co_return std::make_unique<ContainerTarget>(
            std::move(address), std::move(engine), std::move(plan), std::move(names), kClock
        );
    }
    auto swarm = docker::Swarm::at(session.document().executor.docker_host, engine->version().api);
    if (!swarm) co_return swarm.error();
    co_return std::make_unique<SwarmTarget>(
        std::move(engine), std::move(*swarm), std::move(plan), std::move(names), kClock
    );
}

}  // namespace triphammer::runner
