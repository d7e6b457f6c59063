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

}  // namespace

std::string server_volume_in(
    const ContainerInfo& container, const std::vector<std::string>& volumes
) {
    if (!is_of_server(container)) return {};
    for (const auto& volume : volumes) {
        if (std::ranges::find(container.volumes, volume) != container.volumes.end()) return volume;
    }
    return {};
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
