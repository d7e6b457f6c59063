#include "runner/deploy/before.hpp"

#include "runner/session/unless_stopped.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr int kExcerptLines = 200;

EffectOutcome outcome_of(const Result<int>& exit_status) {
    if (!exit_status) return effect_failed(exit_status.error());
    if (*exit_status == 0) return effect_done();
    EffectOutcome outcome;
    outcome.exit_status = *exit_status;
    outcome.reason =
        "the command before the switch ended with exit status " + std::to_string(*exit_status);
    return outcome;
}

}  // namespace

Task<EffectOutcome> run_command_before(
    docker::Engine& engine,
    docker::ContainerSpec spec,
    std::string command,
    execution::StopToken& stop
) {
    spec.entrypoint = {"sh", "-c"};
    spec.command = {std::move(command)};
    auto creating = engine.create_container(std::move(spec));
    auto created = co_await std::move(creating);
    if (!created) {
        auto outcome = effect_failed(created.error());
        outcome.failure = rollout::Failure::refused;  // the command was not begun
        co_return outcome;
    }
    auto starting = engine.start_container(*created);
    auto started = co_await std::move(starting);
    if (!started) co_return effect_failed(started.error());
    auto waiting = unless_stopped(engine.wait_container(*created), stop);
    const auto exit_status = co_await std::move(waiting);
    auto tailing = engine.log_tail(*created, kExcerptLines);
    auto tail = co_await std::move(tailing);
    auto removing = engine.remove_container(*created);
    co_await std::move(removing);
    auto outcome = outcome_of(exit_status);
    if (tail) outcome.excerpt = std::move(*tail);
    co_return outcome;
}

}  // namespace triphammer::runner
