// The containers of a project: made, started, waited for, stopped. Everything may be done twice.
#include "base/deadline.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/compose/target.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kObjectRole = "project";
constexpr int kTailLines = 200;
constexpr std::chrono::milliseconds kBetweenLooksAtMember{250};

std::string end_of(const docker::ContainerInfo& info) {
    if (info.status == "restarting") return "is started again and again";
    if (!info.error.empty()) return "did not start: " + info.error;
    return "ended with exit status " + std::to_string(info.exit_status);
}

}  // namespace

Task<Result<ComposeMembers>> ComposeTarget::list() {
    auto listing = engine_.list_containers({{kProjectLabel, project_.name}});
    const auto containers = co_await std::move(listing);
    if (!containers) co_return containers.error();
    co_return members_of(*containers);
}

Task<Result<ComposeMembers>> ComposeTarget::list_ours() {
    auto listing = list();
    auto members = co_await std::move(listing);
    if (!members) co_return members;
    std::erase_if(*members, [this](const auto& one) { return !names_.is_ours(one.labels); });
    co_return members;
}

Task<Result<>> ComposeTarget::ensure_objects() {
    auto labels = names_.service_labels(kObjectRole);
    labels[kProjectLabel] = project_.name;
    auto listing = engine_.list_networks({});
    const auto there = co_await std::move(listing);
    if (!there) co_return there.error();
    for (const auto& network : project_.networks) {
        const bool is_there =
            std::any_of(there->begin(), there->end(), [&network](const auto& one) {
                return one.name == network.name;
            });
        if (is_there || network.is_external) continue;
        labels["com.docker.compose.network"] = network.key;
        auto creating = engine_.create_network(network.name, labels);
        const auto created = co_await std::move(creating);
        if (!created && created.error().code != Code::conflict) co_return created.error();
    }
    labels.erase("com.docker.compose.network");
    for (const auto& volume : project_.volumes) {
        if (volume.is_external) continue;
        labels["com.docker.compose.volume"] = volume.key;
        auto creating = engine_.create_volume(volume.name, labels);
        if (auto created = co_await std::move(creating); !created) co_return created;
    }
    co_return Result<>{};
}

Task<Result<>> ComposeTarget::ensure_created(
    std::vector<const ComposeService*> services, std::int64_t n
) {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    for (const auto* service : services) {
        const auto* there = find_member(*ours, service->name);
        Result<std::string> id = there != nullptr ? there->id : std::string{};
        if (there == nullptr) {
            auto creating = create_member(service, n);
            id = co_await std::move(creating);
        }
        if (!id) co_return with_context(service->name, id.error());
        auto connecting = connect_member(service, *id);
        if (auto connected = co_await std::move(connecting); !connected) co_return connected;
    }
    co_return Result<>{};
}

/// With the networks beside the first, which it was created in.
Task<Result<>> ComposeTarget::connect_member(const ComposeService* service, std::string id) {
    if (service->networks.size() == 1) co_return Result<>{};
    auto inspecting = engine_.inspect_container(id);
    const auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    for (const auto& network : service->networks) {
        if (info->addresses.contains(network.name)) continue;
        auto connecting = engine_.connect_network(network.name, id, network.aliases);
        auto connected = co_await std::move(connecting);
        if (!connected) co_return with_context(network.name, connected.error());
    }
    co_return Result<>{};
}

Task<Result<std::string>> ComposeTarget::create_member(
    const ComposeService* service, std::int64_t n
) {
    auto spec = make_member_spec(project_, *service, names_, n);
    const auto name = spec.name;
    auto creating = engine_.create_container(std::move(spec));
    auto created = co_await std::move(creating);
    if (created || created.error().code != Code::conflict) co_return created;
    auto inspecting = engine_.inspect_container(name);
    const auto twin = co_await std::move(inspecting);
    if (!twin) co_return twin.error();
    if (names_.is_ours(twin->labels)) co_return twin->id;
    co_return conflict("a container named " + name + " is there and is not ours");
}

Task<Result<>> ComposeTarget::ensure_started(std::vector<const ComposeService*> services) {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    for (const auto* service : services) {
        const auto* member = find_member(*ours, service->name);
        if (member == nullptr) co_return conflict("the container of " + service->name + " is gone");
        auto waiting = wait_for(service->depends_on);
        if (auto waited = co_await std::move(waiting); !waited) co_return waited;
        auto starting = engine_.start_container(member->id);
        auto started = co_await std::move(starting);
        if (!started) co_return with_context(service->name, started.error());
    }
    co_return Result<>{};
}

Task<Result<>> ComposeTarget::wait_for(std::vector<ComposeDependency> dependencies) {
    for (const auto& dependency : dependencies) {
        if (!dependency.wants_health) continue;
        auto finding = id_of(dependency.service);
        auto id = co_await std::move(finding);
        // `before` runs beside what serves.
        for (const auto* members : {&previous_, &strays_}) {
            const auto* member = find_member(*members, dependency.service);
            if (!id && member != nullptr) id = member->id;
        }
        if (!id) co_return id.error();
        auto waiting = wait_until_well(*id, dependency.service);
        if (auto waited = co_await std::move(waiting); !waited) co_return waited;
    }
    co_return Result<>{};
}

Task<Result<>> ComposeTarget::wait_until_well(std::string id, std::string service) {
    const auto deadline = clock_.instant() + plan_.health.timeout;
    for (;;) {
        auto inspecting = engine_.inspect_container(id);
        const auto info = co_await std::move(inspecting);
        if (!info) co_return with_context(service, info.error());
        if (!info->running || info->status == "restarting") {
            co_return conflict(service + " " + end_of(*info));
        }
        if (info->health.empty() || info->health == "healthy") co_return Result<>{};
        if (clock_.instant() >= deadline) {
            co_return conflict(
                service + " is not healthy within " +
                std::to_string(plan_.health.timeout.count() / 1000) + " s: its health check says " +
                info->health
            );
        }
        co_await sleep_for(kBetweenLooksAtMember);
    }
}

/// A policy would start it again with the engine.
Task<Result<>> ComposeTarget::stop_member(ComposeMember member) {
    auto setting = engine_.set_restart_policy(member.id, "no");
    auto set = co_await std::move(setting);
    if (!set && set.error().code == Code::not_found) co_return Result<>{};
    if (!set) co_return set;
    auto stopping = engine_.stop_container(member.id, member.stop_grace);
    auto stopped = co_await std::move(stopping);
    if (!stopped && stopped.error().code == Code::not_found) co_return Result<>{};
    co_return stopped;
}

Task<Result<>> ComposeTarget::remove_ours() {
    auto listing = list_ours();
    auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    for (auto member = ours->rbegin(); member != ours->rend(); ++member) {
        auto stopping = stop_member(*member);
        if (auto stopped = co_await std::move(stopping); !stopped) co_return stopped;
        auto removing = engine_.remove_container(member->id);
        if (auto removed = co_await std::move(removing); !removed) co_return removed;
    }
    co_return Result<>{};
}

Task<std::string> ComposeTarget::tail_of(ComposeMember member) {
    auto tailing = engine_.log_tail(member.id, kTailLines);
    auto tail = co_await std::move(tailing);
    co_return tail ? member.service + ":\n" + *tail : std::string{};
}

/// Of the container that serves for it once this deployment has succeeded.
Task<Result<std::string>> ComposeTarget::id_of(std::string service) {
    if (const auto* kept = find_member(kept_, service)) co_return kept->id;
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    if (const auto* member = find_member(*ours, service)) co_return member->id;
    co_return Error{Code::not_found, "there is no container of " + service};
}

/// "containers" is what the next deployment goes back to.
Task<Result<std::string>> ComposeTarget::ids_json() {
    nlohmann::json ids{{"project", project_.name}};
    std::string all;
    for (const auto& service : project_.services) {
        auto finding = id_of(service.name);
        const auto id = co_await std::move(finding);
        if (!id) co_return id.error();
        if (service.name == plan_.service) ids["object"] = *id;
        all += (all.empty() ? "" : " ") + *id;
    }
    ids["containers"] = all;
    co_return ids.dump();
}

}  // namespace triphammer::runner
