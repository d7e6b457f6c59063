#include "runner/deploy/container/switch_container.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace triphammer::runner {

namespace {

bool leads_by(const docker::ContainerInfo& info, const std::string& leads) {
    const auto found = info.labels.find(kLeadsLabel);
    return (found == info.labels.end() ? "nginx" : found->second) == leads;
}

/// Nothing: there is none.
Task<Result<std::optional<docker::ContainerInfo>>> look_for_switch(
    docker::Engine& engine, const DeployNames& names
) {
    auto inspecting = engine.inspect_container(names.switch_container());
    auto info = co_await std::move(inspecting);
    if (!info && info.error().code == Code::not_found)
        co_return std::optional<docker::ContainerInfo>{};
    if (!info) co_return info.error();
    if (!names.is_of_service(info->labels, kSwitchRole)) {
        co_return conflict(
            "a container named " + names.switch_container() + " is there and is not ours"
        );
    }
    co_return std::optional{std::move(*info)};
}

}  // namespace

bool same_ports(std::vector<docker::PortBinding> a, std::vector<docker::PortBinding> b) {
    const auto before = [](const docker::PortBinding& x, const docker::PortBinding& y) {
        return std::tie(x.container_port, x.host_port, x.host_address) <
               std::tie(y.container_port, y.host_port, y.host_address);
    };
    std::sort(a.begin(), a.end(), before);
    std::sort(b.begin(), b.end(), before);
    return a == b;
}

Task<Result<std::string>> find_switch(
    docker::Engine& engine, const DeployNames& names, std::string leads
) {
    auto looking = look_for_switch(engine, names);
    auto found = co_await std::move(looking);
    if (!found) co_return found.error();
    const bool is_there = *found && leads_by(**found, leads);
    if (!is_there) co_return not_found("there is no switch");
    co_return (*found)->id;
}

Task<Result<std::string>> keep_switch(
    docker::Engine& engine,
    const DeployNames& names,
    std::string leads,
    std::vector<docker::PortBinding> ports
) {
    auto looking = look_for_switch(engine, names);
    auto found = co_await std::move(looking);
    if (!found) co_return found.error();
    if (!*found) co_return std::string{};
    const auto& info = **found;
    if (leads_by(info, leads) && same_ports(info.ports, std::move(ports))) {
        if (info.running) co_return info.id;
        auto starting = engine.start_container(info.id);
        auto started = co_await std::move(starting);
        if (!started) co_return with_context("the switch", started.error());
        co_return info.id;
    }
    // Published ports cannot be changed: the only moment in which nobody listens.
    auto removing = engine.remove_container(info.id);
    auto removed = co_await std::move(removing);
    if (!removed) co_return removed.error();
    co_return std::string{};
}

}  // namespace triphammer::runner
