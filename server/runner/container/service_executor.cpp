// Steps on this machine with the job's services beside them, in containers.
#include "runner/container/service_executor.hpp"

#include "runner/container/port_turn.hpp"
#include "runner/container/service_group.hpp"
#include "runner/session/job_session.hpp"
#include "runner/session/together.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

/// Passes everything on to the executor of the steps, but brings the services up and down.
class ServiceExecutor final : public StepExecutor {
  public:
    ServiceExecutor(JobSession& session, std::unique_ptr<StepExecutor> steps)
        : session_{session},
          steps_{std::move(steps)},
          engine_{session},
          services_{session, engine_} {}

    Task<Result<>> prepare() override;

    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override {
        return steps_->run_step(std::move(command), limits, output, stop);
    }

    Task<> cleanup() override;

    const JobFolders& folders() const override { return steps_->folders(); }

    std::vector<std::string> base_environment() const override {
        return steps_->base_environment();
    }

    bool has_bash() const override { return steps_->has_bash(); }

    Task<Result<std::uint64_t>> measure_disk() override { return steps_->measure_disk(); }

    JobPlace place() const override {
        if (services_.empty()) return {};
        return {"", engine_.network(), services_.facts()};
    }

    std::string description() const override { return steps_->description(); }

  private:
    Task<Result<>> bring_up();
    Result<> bring_in_ports();

    JobSession& session_;
    std::unique_ptr<StepExecutor> steps_;
    EnginePlace engine_;
    ServiceGroup services_;
    PortTurn turn_;
};

Task<Result<>> ServiceExecutor::prepare() {
    const auto reach = steps_->has_own_loopback() ? Reach::own : Reach::machine;
    if (auto planned = services_.plan(reach); !planned) co_return planned;
    if (!services_.empty()) {
        auto bringing = bring_up();
        auto up = co_await std::move(bringing);
        if (!up) co_return up;
    }
    auto preparing = steps_->prepare();
    const auto ready = co_await std::move(preparing);
    co_return ready ? bring_in_ports() : ready;
}

/// The engine has chosen the machine's ports: two jobs may want the same one, and so may the
/// machine.
Result<> ServiceExecutor::bring_in_ports() {
    for (const auto& way : services_.ways()) {
        auto done = steps_->bring_in(way);
        if (!done) return with_context("port " + std::to_string(way.port), done.error());
    }
    return {};
}

Task<Result<>> ServiceExecutor::bring_up() {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto connecting = engine_.connect();
    auto done = co_await std::move(connecting);
    if (!done) co_return done;
    auto first = services_.makes();
    first.push_back(engine_.make_network());
    first.push_back(turn_.take(session_, services_.fixed_ports()));
    auto making = run_together(std::move(first), session_.stop());
    done = co_await std::move(making);
    if (!done) co_return done;
    auto starting = run_together(services_.starts(executor), session_.stop());
    co_return co_await std::move(starting);
}

Task<> ServiceExecutor::cleanup() {
    auto cleaning = steps_->cleanup();
    co_await std::move(cleaning);
    if (!engine_.is_connected()) co_return;
    auto looking = services_.look_back();
    co_await std::move(looking);
    auto removing = engine_.remove_all();
    co_await std::move(removing);
    turn_ = PortTurn{};
    auto finishing = services_.finish();
    co_await std::move(finishing);
}

}  // namespace

std::unique_ptr<StepExecutor> make_service_executor(
    JobSession& session, std::unique_ptr<StepExecutor> steps
) {
    return std::make_unique<ServiceExecutor>(session, std::move(steps));
}

}  // namespace triphammer::runner
