#include "runner/targets.hpp"

#include "model/deploy_target.hpp"
#include "runner/deploy/aws/targets.hpp"
#include "runner/deploy/compose/target.hpp"
#include "runner/deploy/container/target.hpp"
#include "runner/deploy/exec/target.hpp"
#include "runner/deploy/remote/engine.hpp"
#include "runner/deploy/ssh/target.hpp"
#include "runner/deploy/swarm/target.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

using Made = Result<std::unique_ptr<Target>>;

const SystemClock kClock;

/// What a driver on a Docker engine begins with.
struct OnEngine {
    std::unique_ptr<RemoteEngine> way;  // null: the server's own
    std::string address;
    std::unique_ptr<docker::Engine> engine;
    DeployPlan plan;
    DeployNames names;
};

Result<EngineAccess> read_access(const JobSession& session) {
    const auto& deploy = *session.document().job.deploy;
    const auto host = session.evaluate(deploy.host);
    if (!host) return host.error();
    auto known = session.evaluate(deploy.known_hosts);
    if (!known) return known.error();
    auto key = session.evaluate(deploy.key);
    if (!key) return key.error();
    return make_engine_access(*host, std::move(*known), std::move(*key));
}

Task<Result<OnEngine>> connect_elsewhere(JobSession& session) {
    auto access = read_access(session);
    if (!access) co_return access.error();
    const auto executor = co_await boost::asio::this_coro::executor;
    auto way = RemoteEngine::open(executor, std::move(*access), session.folders().temp.outside);
    if (!way) co_return way.error();
    OnEngine on;
    on.way = std::move(*way);
    on.address = on.way->address();
    auto connecting = docker::Engine::connect(on.address);
    auto engine = co_await std::move(connecting);
    if (!engine) {
        const auto said = on.way->complaint();
        co_return Error{
            engine.error().code,
            "no Docker engine answers at " + on.way->place().text() + ": " +
                (said.empty() ? engine.error().message : said)};
    }
    on.engine = std::move(*engine);
    co_return std::move(on);
}

Task<Result<OnEngine>> connect_here(const JobSession& session) {
    OnEngine on;
    on.address = session.document().executor.docker_host;
    auto connecting = docker::Engine::connect(on.address);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    on.engine = std::move(*engine);
    co_return std::move(on);
}

Task<Result<OnEngine>> connect(JobSession& session) {
    const auto& document = session.document();
    const Evaluate evaluate = [&session](const model::Template& value) {
        return session.evaluate(value);
    };
    auto plan = make_deploy_plan(document, evaluate);
    if (!plan) co_return plan.error();
    plan->is_remote = model::has_engine_elsewhere(*document.job.deploy);
    auto connecting = plan->is_remote ? connect_elsewhere(session) : connect_here(session);
    auto on = co_await std::move(connecting);
    if (!on) co_return on.error();
    plan->public_host = on->way ? on->way->place().address.host : on->engine->host();
    on->names = make_names(document, plan->service);
    on->plan = std::move(*plan);
    co_return std::move(on);
}

}  // namespace

const std::string& engine_of(const model::JobDocument& document) {
    const auto& deploy = document.job.deploy;
    const bool is_elsewhere = deploy && model::has_engine_elsewhere(*deploy);
    return is_elsewhere ? deploy->host.text : document.executor.docker_host;
}

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
    auto& [way, address, engine, plan, names] = *on;
    if (plan.driver == "compose") {
        co_return std::make_unique<ComposeTarget>(
            session, std::move(engine), std::move(plan), std::move(names), kClock
        );
    }
    if (plan.driver != "swarm") {
        co_return std::make_unique<ContainerTarget>(
            std::move(way),
            std::move(address),
            std::move(engine),
            std::move(plan),
            std::move(names),
            kClock
        );
    }
    auto swarm = docker::Swarm::at(session.document().executor.docker_host, engine->version().api);
    if (!swarm) co_return swarm.error();
    co_return std::make_unique<SwarmTarget>(
        std::move(engine), std::move(*swarm), std::move(plan), std::move(names), kClock
    );
}

}  // namespace triphammer::runner
