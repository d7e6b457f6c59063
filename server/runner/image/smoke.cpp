#include "runner/image/smoke.hpp"

#include "model/engine_labels.hpp"
#include "runner/session/unless_stopped.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

docker::ContainerSpec smoke_spec(
    const model::JobDocument& document, std::string image, std::string command
) {
    const auto fence = std::to_string(document.fence);
    docker::ContainerSpec spec;
    spec.name = model::engine_prefix(document.server_id) + fence + "-smoke";
    spec.image = std::move(image);
    spec.entrypoint = {"sh", "-c"};
    spec.command = {std::move(command)};
    spec.network = "none";
    spec.log_driver = "none";
    spec.init = true;
    spec.health.emplace().test = {"NONE"};
    spec.labels = {
        {model::kServerLabel, document.server_id},
        {model::kFenceLabel, fence},
        {model::kRoleLabel, model::kJobRole}};
    return spec;
}

/// Line by line: the log has no halves.
Task<Result<>> copy_output(JobSession& session, docker::AttachedStream& output, int step) {
    std::string rest;
    for (bool ended = false; !ended;) {
        auto reading = output.read();
        const auto piece = co_await std::move(reading);
        if (!piece) co_return piece.error();
        ended = piece->empty();
        rest += *piece;
        if (ended && !rest.empty() && !rest.ends_with('\n')) rest += '\n';
        const auto end = rest.rfind('\n') + 1;  // 0: there is none
        if (end == 0) continue;
        auto telling = session.log(step, rest.substr(0, end));
        const auto told = co_await std::move(telling);
        if (!told) co_return told;
        rest.erase(0, end);
    }
    co_return Result<>{};
}

Task<Result<int>> run_in(
    JobSession& session, docker::Engine& engine, std::string container, int step
) {
    auto attaching = engine.attach_output(container);
    const auto output = co_await std::move(attaching);
    if (!output) co_return output.error();
    auto starting = engine.start_container(container);
    const auto started = co_await std::move(starting);
    if (!started) co_return started.error();
    auto copying = copy_output(session, **output, step);
    const auto copied = co_await std::move(copying);
    if (!copied) co_return copied.error();
    auto waiting = engine.wait_container(container);
    co_return co_await std::move(waiting);
}

}  // namespace

Task<Result<int>> run_smoke(
    JobSession& session, docker::Engine& engine, std::string image, std::string command, int step
) {
    auto creating =
        engine.create_container(smoke_spec(session.document(), std::move(image), std::move(command))
        );
    const auto container = co_await std::move(creating);
    if (!container) co_return container.error();
    auto running = unless_stopped(run_in(session, engine, *container, step), session.stop());
    const auto status = co_await std::move(running);
    auto removing = engine.remove_container(*container);
    co_await std::move(removing);
    co_return status;
}

}  // namespace triphammer::runner
