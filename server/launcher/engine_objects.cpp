#include "launcher/engine_objects.hpp"

#include "docker/engine.hpp"
#include "model/engine_labels.hpp"

namespace triphammer::launcher {

namespace {

/// A dying runner may create one more while we list.
constexpr int kMostRounds = 5;

/// How many there were.
Task<Result<std::size_t>> remove_containers(docker::Engine& engine, docker::Labels labels) {
    auto listing = engine.list_containers(std::move(labels));
    const auto found = co_await std::move(listing);
    if (!found) co_return found.error();
    for (const auto& container : *found) {
        auto removing = engine.remove_container(container.id);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return removed.error();
    }
    co_return found->size();
}

Task<Result<std::size_t>> remove_networks(docker::Engine& engine, docker::Labels labels) {
    auto listing = engine.list_networks(std::move(labels));
    const auto found = co_await std::move(listing);
    if (!found) co_return found.error();
    for (const auto& network : *found) {
        auto removing = engine.remove_network(network.id);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return removed.error();
    }
    co_return found->size();
}

}  // namespace

Task<Result<>> remove_engine_objects(
    std::string docker_host, std::string server_id, std::int64_t fence
) {
    auto connecting = docker::Engine::connect(std::move(docker_host));
    const auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    const docker::Labels labels{
        {model::kServerLabel, server_id},
        {model::kFenceLabel, std::to_string(fence)},
        {model::kRoleLabel, model::kJobRole}};
    for (int round = 0; round < kMostRounds; ++round) {
        auto containers = remove_containers(**engine, labels);
        const auto removed = co_await std::move(containers);
        if (!removed) co_return removed.error();
        auto networks = remove_networks(**engine, labels);
        const auto cut = co_await std::move(networks);
        if (!cut) co_return cut.error();
        if (*removed + *cut == 0) break;
    }
    co_return Result<>{};
}

}  // namespace triphammer::launcher
