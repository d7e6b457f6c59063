#include "runner/container/loopback.hpp"

#include "runner/container/supervisor.hpp"

namespace triphammer::runner {

namespace {

docker::ContainerSpec spec_of(
    std::string network, std::string image, std::vector<std::string> leads
) {
    docker::ContainerSpec spec;
    spec.image = std::move(image);
    spec.entrypoint = {supervisor_path(), "forward"};
    spec.command = std::move(leads);
    spec.user = "0:0";
    spec.network = std::move(network);
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = {"NET_BIND_SERVICE"};
    spec.health.emplace().test = {"NONE"};
    return spec;
}

}  // namespace

Task<Result<>> lead_loopback(
    EnginePlace& place, std::string network, std::string image, std::vector<std::string> leads
) {
    if (leads.empty()) co_return Result<>{};
    const auto spec = spec_of(std::move(network), std::move(image), std::move(leads));
    auto creating = place.create_container(spec, "1.loopback");
    const auto id = co_await std::move(creating);
    if (!id) co_return id.error();
    auto starting = place.start_container(*id, false);
    const auto output = co_await std::move(starting);
    if (!output) co_return output.error();
    auto waiting = wait_ready(**output);
    const auto done = co_await std::move(waiting);
    if (!done) co_return with_context("the services' ports", done.error());
    co_return done;
}

}  // namespace triphammer::runner
