// Preflight of the driver `container`: everything that can go wrong without anybody noticing.
#include "docker/server_volumes.hpp"
#include "runner/deploy/container/alias.hpp"
#include "runner/deploy/container/kamal.hpp"
#include "runner/deploy/container/switch.hpp"
#include "runner/deploy/container/target.hpp"
#include "runner/session/unless_stopped.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kNetworkRole = "network";

std::string id_in(const std::string& previous_json) {
    const auto previous = nlohmann::json::parse(previous_json, nullptr, false);
    const nlohmann::json::json_pointer place{"/target_ids/container"};
    if (!previous.is_object() || !previous.contains(place)) return {};
    return previous[place].is_string() ? previous[place].get<std::string>() : std::string{};
}

}  // namespace

ContainerTarget::ContainerTarget(
    std::shared_ptr<void> way,
    std::string address,
    std::unique_ptr<docker::Engine> engine,
    DeployPlan plan,
    DeployNames names,
    const Clock& clock
)
    : way_{std::move(way)},
      connection_{std::move(engine)},
      engine_{*connection_},
      plan_{std::move(plan)},
      names_{std::move(names)},
      clock_{clock},
      address_{std::move(address)} {}

Task<Result<>> ContainerTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    if (auto reached = check_reach(); !reached) co_return reached;
    auto checking = docker::check_server_volumes(engine_, plan_.volumes, names_.owner_labels());
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked;
    auto guarding = docker::check_server_networks(engine_, plan_.networks, names_.owner_labels());
    if (auto guarded = co_await std::move(guarding); !guarded) co_return guarded;
    auto looking = unless_stopped(find_image(log), stop);
    auto found = co_await std::move(looking);
    if (!found) co_return found;
    auto seeking = unless_stopped(prepare_traffic(spec.switch_image, log), stop);
    auto sought = co_await std::move(seeking);
    if (!sought) co_return sought;
    auto connecting = ensure_network();
    auto connected = co_await std::move(connecting);
    if (!connected) co_return connected;
    auto finding = find_previous(spec);
    auto known = co_await std::move(finding);
    if (known) describe();
    co_return known;
}

void ContainerTarget::describe() {
    terms_.strategy = plan_.strategy;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_before = !plan_.before.empty();
    terms_.has_previous = !previous_.empty();
    terms_.service = plan_.service;
    terms_.image = image_;
    terms_.digest = digest_;
    const bool is_recreate = plan_.strategy == rollout::Strategy::recreate;
    if (is_recreate) terms_.remark = " (recreate: short downtime)";
    terms_.gate_kind = name_of(plan_.health.kind);
    terms_.verify_kind = name_of(plan_.verify.kind);
}

ImageFailure ContainerTarget::explain(const Error& error) const {
    return explain_push(error, plan_.image.registry());
}

void ContainerTarget::adopt(const rollout::Effects& effects) {
    for (const auto& effect : effects) {
        if (effect.kind == rollout::EffectKind::create_candidate) adopt_candidate(effect.n);
    }
}

Task<Result<>> ContainerTarget::find_local_image(std::string name) {
    auto inspecting = engine_.inspect_image(name);
    auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    image_info_ = std::move(*info);
    co_return Result<>{};
}

Task<Result<>> ContainerTarget::find_image(docker::ProgressSink& log) {
    if (!plan_.image_id.empty()) {
        auto looking = find_local_image(plan_.image_id);
        image_ = plan_.image_id;
        digest_ = plan_.image_id;
        const auto found = co_await std::move(looking);
        const bool is_here = !found && plan_.is_remote && found.error().code == Code::not_found;
        if (!is_here) co_return found;
        co_return not_found(
            "image: the engine elsewhere has no " + plan_.image_id +
            ", and it is in no registry: push it to one that both reach (image.tags)"
        );
    }
    if (!plan_.image.digest.empty()) {
        // A digest names its content: what the engine has of that name needs no registry.
        auto seeking = find_local_image(plan_.image.text());
        const auto known = co_await std::move(seeking);
        image_ = plan_.image.text();
        digest_ = plan_.image.digest;
        if (known) co_return known;
    }
    auto asking = engine_.registry_digest(plan_.image, plan_.credentials);
    auto digest = co_await std::move(asking);
    if (!digest) co_return digest.error();
    if (!plan_.image.digest.empty() && *digest != plan_.image.digest) {
        co_return Error{
            Code::protocol,
            "for " + plan_.image.text() + " the registry serves another manifest, " + *digest};
    }
    digest_ = std::move(*digest);
    auto pinned = plan_.image;
    pinned.digest = digest_;
    image_ = pinned.text();
    auto looking = find_local_image(image_);
    auto found = co_await std::move(looking);
    if (found) co_return found;
    auto pulling = engine_.pull(pinned, plan_.credentials, &log);
    auto pulled = co_await std::move(pulling);
    if (!pulled) co_return pulled;
    auto again = find_local_image(image_);
    co_return co_await std::move(again);
}

/// Without a way to ask, no probe would ever pass.
Result<> ContainerTarget::check_reach() const {
    if (!plan_.is_remote) return {};
    const bool asks_inside = is_by_alias() && plan_.verify.kind == ProbeSpec::Kind::tcp;
    if (plan_.health.kind == ProbeSpec::Kind::tcp || asks_inside) {
        return invalid(
            "tcp: the containers of an engine elsewhere have no address that leads there "
            "from here; say http or command"
        );
    }
    for (const auto& port : plan_.ports) {
        const bool is_own = port.host_address.starts_with("127.") || port.host_address == "::1";
        if (!is_own) continue;
        return invalid(
            "ports: " + port.host_address +
            " is that machine's own loopback: what answers there "
            "cannot be verified from here"
        );
    }
    return {};
}

Result<std::unique_ptr<Traffic>> ContainerTarget::make_traffic() {
    if (plan_.switch_by == "kamal-proxy") {
        return std::make_unique<KamalTraffic>(engine_, names_, plan_);
    }
    if (!is_by_alias()) return std::make_unique<Switch>(engine_, names_, plan_);
    auto network = docker::NetworkNames::at(address_, engine_.version().api);
    if (!network) return network.error();
    return std::make_unique<AliasTraffic>(std::move(*network), names_, plan_);
}

/// `configured`: the image of docker.switch_image, which is an nginx.
Task<Result<>> ContainerTarget::prepare_traffic(
    const std::string& configured, docker::ProgressSink& log
) {
    if (!plan_.has_switch) co_return Result<>{};
    auto made = make_traffic();
    if (!made) co_return made.error();
    traffic_ = std::move(*made);
    const bool is_chosen = plan_.switch_by == "nginx" && !configured.empty();
    switch_image_ = is_chosen ? configured : traffic_->usual_image();
    auto checking = traffic_->check();
    auto checked = co_await std::move(checking);
    if (!checked || switch_image_.empty()) co_return checked;
    auto finding = find_switch_image(log);
    co_return co_await std::move(finding);
}

Task<Result<>> ContainerTarget::find_switch_image(docker::ProgressSink& log) {
    auto inspecting = engine_.inspect_image(switch_image_);
    auto info = co_await std::move(inspecting);
    if (info) co_return Result<>{};
    if (info.error().code != Code::not_found) co_return info.error();
    auto reference = docker::parse_reference(switch_image_);
    if (!reference) co_return with_context("docker.switch_image", reference.error());
    auto pulling = engine_.pull(*reference, {}, &log);
    auto pulled = co_await std::move(pulling);
    if (pulled) co_return pulled;
    if (plan_.switch_by != "nginx") {
        co_return with_context("the switch needs the image " + switch_image_, pulled.error());
    }
    co_return with_context(
        "the switch needs an nginx image (docker.switch_image, nginx:stable say)", pulled.error()
    );
}

Task<Result<>> ContainerTarget::ensure_network() {
    const auto labels = names_.service_labels(kNetworkRole);
    auto listing = engine_.list_networks(labels);
    auto networks = co_await std::move(listing);
    if (!networks) co_return networks.error();
    for (const auto& network : *networks) {
        if (network.name == names_.network()) co_return Result<>{};
    }
    auto creating = engine_.create_network(names_.network(), labels);
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    co_return Result<>{};
}

Task<Result<>> ContainerTarget::find_previous(const model::DeploymentSpec& spec) {
    const auto id = id_in(spec.previous_json);
    if (id.empty()) co_return Result<>{};
    auto inspecting = engine_.inspect_container(id);
    auto info = co_await std::move(inspecting);
    // Somebody removed it: then nothing serves, and there is nothing to go back to.
    if (!info && info.error().code == Code::not_found) co_return Result<>{};
    if (!info) co_return info.error();
    previous_ = {info->id, info->name, info->running};
    co_return Result<>{};
}

}  // namespace triphammer::runner
