#include "docker/server_volumes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace triphammer::docker {

namespace {

/// Data and keys; the launcher's socket; the proxy's keys of TLS.
constexpr std::array<std::string_view, 3> kServerVariables{
    "TRIPHAMMER_DATA=", "TRIPHAMMER_RUN=", "TRIPHAMMER_DOMAIN="};

bool is_of_server(const ContainerInfo& container) {
    return std::ranges::any_of(container.env, [](const std::string& variable) {
        return std::ranges::any_of(kServerVariables, [&variable](std::string_view name) {
            return variable.starts_with(name);
        });
    });
}

bool has_all(const Labels& labels, const Labels& wanted) {
    return std::ranges::all_of(wanted, [&labels](const auto& label) {
        const auto found = labels.find(label.first);
        return found != labels.end() && found->second == label.second;
    });
}

Error belongs_to_server(const std::string& volume, const std::string& container) {
    return invalid(
        "volumes: " + volume + " belongs to a Triphammer server (container " + container +
        "), whose data and keys are not given to deployments: use a volume of another name"
    );
}

Error is_network_of_server(const std::string& network, const std::string& container) {
    return invalid(
        "networks: " + network + " is a Triphammer server's (container " + container +
        " is in it), which takes the word of whoever is there for its proxy's: use a network of "
        "another name"
    );
}

}  // namespace

std::vector<std::string> network_names(
    const std::vector<NetworkSummary>& networks, const std::vector<std::string>& wanted
) {
    std::vector<std::string> out;
    for (const auto& name : wanted) {
        const bool is_name = std::ranges::count(networks, name, &NetworkSummary::name) > 0;
        for (const auto& network : networks) {
            const bool is_id = !is_name && !name.empty() && network.id.starts_with(name);
            if (network.name == name || is_id) out.push_back(network.name);
        }
    }
    return out;
}

std::string server_volume_in(
    const ContainerInfo& container, const std::vector<std::string>& volumes
) {
    if (!is_of_server(container)) return {};
    for (const auto& volume : volumes) {
        if (std::ranges::find(container.volumes, volume) != container.volumes.end()) return volume;
    }
    return {};
}

std::string server_network_in(
    const ContainerInfo& container, const std::vector<std::string>& networks
) {
    if (!is_of_server(container)) return {};
    for (const auto& network : networks) {
        if (container.addresses.contains(network) || container.network_mode == network) {
            return network;
        }
    }
    return {};
}

Task<Result<>> check_server_networks(Engine& engine, std::vector<std::string> wanted, Labels own) {
    if (wanted.empty()) co_return Result<>{};
    auto listing = engine.list_networks({});
    const auto there = co_await std::move(listing);
    if (!there) co_return there.error();
    const auto networks = network_names(*there, wanted);
    if (networks.empty()) co_return Result<>{};
    auto asking = engine.list_containers({});
    const auto containers = co_await std::move(asking);
    if (!containers) co_return containers.error();
    for (const auto& one : *containers) {
        if (!own.empty() && has_all(one.labels, own)) continue;
        auto inspecting = engine.inspect_container(one.id);
        const auto info = co_await std::move(inspecting);
        if (!info && info.error().code == Code::not_found) continue;  // gone meanwhile
        if (!info) co_return info.error();
        const auto network = server_network_in(*info, networks);
        if (!network.empty()) co_return is_network_of_server(network, info->name);
    }
    co_return Result<>{};
}

Task<Result<>> check_server_volumes(Engine& engine, std::vector<std::string> mounts, Labels own) {
    if (mounts.empty()) co_return Result<>{};
    auto volumes = std::move(mounts);
    for (auto& volume : volumes) volume = volume.substr(0, volume.find(':'));
    auto listing = engine.list_users_of_volumes(volumes);
    const auto users = co_await std::move(listing);
    if (!users) co_return users.error();
    for (const auto& user : *users) {
        if (!own.empty() && has_all(user.labels, own)) continue;
        auto inspecting = engine.inspect_container(user.id);
        const auto info = co_await std::move(inspecting);
        if (!info && info.error().code == Code::not_found) continue;  // gone meanwhile
        if (!info) co_return info.error();
        const auto volume = server_volume_in(*info, volumes);
        if (!volume.empty()) co_return belongs_to_server(volume, info->name);
    }
    co_return Result<>{};
}

}  // namespace triphammer::docker
