#include "launcher/engine_objects.hpp"

#include "docker/engine.hpp"
#include "model/engine_labels.hpp"

#include <array>

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

Task<Result<std::size_t>> remove_volumes(docker::Engine& engine, docker::Labels labels) {
    auto listing = engine.list_volumes(std::move(labels));
    const auto found = co_await std::move(listing);
    if (!found) co_return found.error();
    for (const auto& volume : *found) {
        auto removing = engine.remove_volume(volume);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return removed.error();
    }
    co_return found->size();
}

/// One round over all kinds; how many there were. Containers first: they hold the others.
Task<Result<std::size_t>> remove_found(docker::Engine& engine, const docker::Labels& labels) {
    constexpr std::array kKinds{remove_containers, remove_networks, remove_volumes};
    std::size_t sum = 0;
    for (const auto remove : kKinds) {
        auto removing = remove(engine, labels);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return removed.error();
        sum += *removed;
    }
    co_return sum;
}

/// A network that was made ahead, which has no label of the attempt, and its keeper. Last: the
/// attempt's containers were in it.
Task<Result<>> remove_taken(docker::Engine& engine, std::string keeper) {
    auto inspecting = engine.inspect_container(keeper);
    const auto info = co_await std::move(inspecting);
    if (!info && info.error().code == Code::not_found) co_return Result<>{};
    if (!info) co_return info.error();
    auto removing = engine.remove_container(info->id);
    auto removed = co_await std::move(removing);
    const auto network = info->labels.find(model::kNetworkLabel);
    if (!removed || network == info->labels.end()) co_return removed;
    auto removing_network = engine.remove_network(network->second);
    co_return co_await std::move(removing_network);
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
        auto removing = remove_found(**engine, labels);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return removed.error();
        if (*removed == 0) break;
    }
    auto removing = remove_taken(**engine, model::taken_network(server_id, fence));
    co_return co_await std::move(removing);
}

}  // namespace triphammer::launcher
