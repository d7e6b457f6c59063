#include "runner/deploy/container/target.hpp"

#include "model/engine_labels.hpp"
#include "runner/deploy/before.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::chrono::seconds kStopGrace{10};
constexpr int kExcerptLines = 200;

EffectOutcome done(const nlohmann::json& ids = nlohmann::json::object()) {
    return effect_done(ids.dump());
}

EffectOutcome failed(const Error& error) {
    return effect_failed(error);
}

EffectOutcome outcome_of(const Result<>& result) {
    return result ? done() : failed(result.error());
}

Result<> fine_when_gone(Result<> result) {
    if (!result && result.error().code == Code::not_found) return {};
    return result;
}

}  // namespace

Task<EffectOutcome> ContainerTarget::perform(
    rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    using enum rollout::EffectKind;
    switch (kind) {
        case before:
            return run_command_before(
                engine_, spec_of(n, model::kCandidateRole), plan_.before, stop
            );
        case stop_previous:
            return this->stop_previous();
        case create_candidate:
            return make_candidate(n);
        case start_candidate:
            return this->start_candidate();
        case switch_traffic:
            return this->switch_traffic();
        case retire_previous:
            return this->retire_previous();
        case start_previous:
            return this->start_previous();
        case switch_back:
            return switch_to(previous_);
        case retire_candidate:
            return this->retire_candidate();
        case update:
        case restore:
            break;
    }
    return refuse(kind);
}

Task<EffectOutcome> ContainerTarget::refuse(rollout::EffectKind kind) {
    co_return failed(conflict("no effect of a container: " + std::string{name_of(kind)}));
}

Task<Result<docker::ContainerInfo>> ContainerTarget::candidate() {
    auto inspecting = engine_.inspect_container(candidate_name_);
    auto info = co_await std::move(inspecting);
    if (info && !names_.is_ours(info->labels)) {
        co_return conflict("a container named " + candidate_name_ + " is there and is not ours");
    }
    co_return info;
}

docker::ContainerSpec ContainerTarget::spec_of(std::int64_t n, const char* role) const {
    docker::ContainerSpec spec;
    spec.name = names_.container(n);
    spec.image = image_;
    spec.labels = names_.candidate_labels(role);
    spec.env = plan_.env;
    spec.network = names_.network();
    spec.volumes = plan_.volumes;
    spec.init = true;  // TERM reaches a program that is PID 1 and has no handler
    return spec;
}

Task<Result<std::string>> ContainerTarget::create_candidate(std::int64_t n) {
    const bool is_direct = !plan_.has_switch;
    auto spec = spec_of(n, is_direct ? model::kAppRole : model::kCandidateRole);
    spec.command = plan_.command;
    if (is_direct) spec.ports = plan_.ports;
    adopt_candidate(n);
    auto creating = engine_.create_container(std::move(spec));
    auto created = co_await std::move(creating);
    if (created || created.error().code != Code::conflict) co_return created;
    auto looking = candidate();
    auto twin = co_await std::move(looking);
    if (!twin) co_return twin.error();
    co_return twin->id;
}

Task<EffectOutcome> ContainerTarget::make_candidate(std::int64_t n) {
    auto creating = create_candidate(n);
    auto created = co_await std::move(creating);
    if (!created) co_return failed(created.error());
    for (const auto& network : plan_.networks) {
        // Being in there is what the switch is about.
        if (is_by_alias() && network == plan_.networks.front()) continue;
        auto connecting = engine_.connect_network(network, *created);
        auto connected = co_await std::move(connecting);
        if (!connected) co_return failed(with_context(network, connected.error()));
    }
    co_return done({{"container", *created}, {"name", candidate_name_}});
}

Task<EffectOutcome> ContainerTarget::start_candidate() {
    auto starting = engine_.start_container(candidate_name_);
    co_return outcome_of(co_await std::move(starting));
}

Task<EffectOutcome> ContainerTarget::switch_traffic() {
    if (!plan_.has_switch) co_return done();  // nobody comes from outside
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info) co_return failed(info.error());
    auto switching = switch_to({info->id, info->name, true});
    co_return co_await std::move(switching);
}

Task<EffectOutcome> ContainerTarget::switch_to(Serving serving) {
    if (!plan_.has_switch) co_return done();
    auto ensuring = traffic_->ensure(switch_image_);
    auto switch_id = co_await std::move(ensuring);
    if (!switch_id) co_return failed(switch_id.error());
    Upstream upstream{serving.id, serving.name};
    auto moving = traffic_->move_to(std::move(upstream));
    auto moved = co_await std::move(moving);
    if (!moved) co_return failed(moved.error());
    co_return done({{"switch", *switch_id}});
}

Task<EffectOutcome> ContainerTarget::stop_previous() {
    auto stopping = engine_.stop_container(previous_.id, kStopGrace);
    co_return outcome_of(fine_when_gone(co_await std::move(stopping)));
}

Task<EffectOutcome> ContainerTarget::retire_previous() {
    if (plan_.has_switch) {
        auto draining = traffic_->wait_drained(clock_);
        co_await std::move(draining);
    }
    auto stopping = stop_previous();
    auto stopped = co_await std::move(stopping);
    if (!stopped.ok) co_return stopped;
    auto removing = remove_older();
    co_await std::move(removing);
    co_return done({{"retired", previous_.id}});
}

/// Stopped containers of deployments before the previous one: the way back needs one only, and
/// `keep-previous` asks for some time. One that cannot be removed now is found again next time.
Task<> ContainerTarget::remove_older() {
    auto listing = engine_.list_containers(names_.owner_labels());
    auto containers = co_await std::move(listing);
    if (!containers) co_return;
    for (const auto& container : *containers) {
        const bool is_stopped = container.state == "exited" || container.state == "created";
        const bool is_wanted = container.id == previous_.id || container.name == candidate_name_ ||
                               !container.labels.contains(model::kDeploymentLabel);
        if (!is_stopped || is_wanted) continue;
        auto inspecting = engine_.inspect_container(container.id);
        const auto info = co_await std::move(inspecting);
        if (!info || is_kept(*info)) continue;
        auto removing = engine_.remove_container(container.id);
        co_await std::move(removing);
    }
}

bool ContainerTarget::is_kept(const docker::ContainerInfo& stopped) const {
    return stopped.finished_at && *stopped.finished_at + plan_.keep_previous > clock_.now();
}

Task<EffectOutcome> ContainerTarget::start_previous() {
    auto starting = engine_.start_container(previous_.id);
    auto started = co_await std::move(starting);
    if (!started) co_return failed(started.error());
    // Its own health check may ask for what only the new version has: it has to stay up.
    ProbeTarget target{previous_.id, "", 0, false};
    auto watching = watch_health(engine_, ProbeSpec{}, std::move(target), clock_);
    auto gate = co_await std::move(watching);
    if (!gate.passed) co_return failed(conflict(gate.reason));
    co_return done();
}

Task<EffectOutcome> ContainerTarget::retire_candidate() {
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info && is_absent(info.error())) co_return done();
    if (!info) co_return failed(info.error());
    auto outcome = done();
    auto tailing = engine_.log_tail(info->id, kExcerptLines);
    auto tail = co_await std::move(tailing);
    if (tail) outcome.excerpt = std::move(*tail);
    if (plan_.has_switch && previous_.empty()) {
        auto reading = traffic_->read_back();
        const auto serving = co_await std::move(reading);
        if (serving && *serving == Receivers{info->id}) {
            auto leaving = switch_to({});
            auto left = co_await std::move(leaving);
            if (!left.ok) co_return left;
        }
    }
    if (plan_.has_switch) {
        auto draining = traffic_->wait_drained(clock_);
        co_await std::move(draining);
    }
    auto stopping = engine_.stop_container(info->id, kStopGrace);
    co_await std::move(stopping);
    auto removing = engine_.remove_container(info->id);
    auto removed = co_await std::move(removing);
    if (!removed) co_return failed(removed.error());
    co_return outcome;
}

namespace {

std::uint16_t port_inside(const DeployPlan& plan, const docker::ImageInfo& image) {
    if (plan.health.port != 0) return plan.health.port;
    if (!plan.ports.empty()) return plan.ports.front().container_port;
    return image.exposed_ports.empty() ? std::uint16_t{0} : image.exposed_ports.front();
}

/// The question as a command in the container, which has to have `wget` or `curl` for it.
ProbeSpec from_inside(ProbeSpec spec, std::uint16_t port) {
    if (spec.kind != ProbeSpec::Kind::http) return spec;
    spec.kind = ProbeSpec::Kind::command;
    spec.command = http_command(spec.path, port);
    return spec;
}

/// What the public port is asked: `verify`, else what the candidate was asked, else that it opens.
ProbeSpec public_probe(const DeployPlan& plan) {
    using Kind = ProbeSpec::Kind;
    auto spec = plan.verify;
    if (spec.kind != Kind::none) return spec;
    spec.kind = plan.health.kind == Kind::http ? Kind::http : Kind::tcp;
    spec.path = plan.health.path;
    return spec;
}

GateOutcome not_passed(const Error& error) {
    GateOutcome outcome;
    outcome.reason = error.message;
    return outcome;
}

}  // namespace

Task<GateOutcome> ContainerTarget::watch_candidate() {
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info) co_return not_passed(info.error());
    auto watching = watch_inside(std::move(*info), plan_.health, names_.network());
    co_return co_await std::move(watching);
}

/// By its address in the network; an engine elsewhere asks inside of the container.
Task<GateOutcome> ContainerTarget::watch_inside(
    docker::ContainerInfo info, ProbeSpec spec, std::string network
) {
    ProbeTarget target;
    target.container = info.id;
    target.address = info.addresses[network];
    target.port = spec.port != 0 ? spec.port : port_inside(plan_, image_info_);
    target.has_health_check = image_info_.has_health_check;
    if (plan_.is_remote) spec = from_inside(std::move(spec), target.port);
    auto watching = watch_health(engine_, std::move(spec), std::move(target), clock_);
    co_return co_await std::move(watching);
}

Task<GateOutcome> ContainerTarget::watch_public() {
    if (plan_.ports.empty() && !is_by_alias()) {
        auto watching = watch_candidate();
        co_return co_await std::move(watching);
    }
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info) co_return not_passed(info.error());
    if (is_by_alias()) {
        auto spec = plan_.verify.kind == ProbeSpec::Kind::none ? plan_.health : plan_.verify;
        auto watching = watch_inside(std::move(*info), std::move(spec), plan_.networks.front());
        co_return co_await std::move(watching);
    }
    const auto& port = plan_.ports.front();
    const bool is_everywhere = port.host_address.empty() || port.host_address == "0.0.0.0";
    ProbeTarget target;
    target.container = info->id;
    target.address = is_everywhere ? plan_.public_host : port.host_address;
    target.port = plan_.verify.port != 0 ? plan_.verify.port : port.host_port;
    auto watching = watch_health(engine_, public_probe(plan_), std::move(target), clock_);
    co_return co_await std::move(watching);
}

Task<Result<Live>> ContainerTarget::read_live() {
    Live live;
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info) co_return info.error();
    if (!info->running) co_return conflict("the container is " + info->status);
    live.object = info->id;
    if (plan_.has_switch) {
        auto reading = traffic_->read_back();
        auto serving = co_await std::move(reading);
        if (!serving) co_return serving.error();
        if (serving->size() != 1) {
            co_return conflict(std::to_string(serving->size()) + " containers get the traffic");
        }
        live.object = std::move(serving->front());
    }
    if (live.object != info->id) {
        auto inspecting = engine_.inspect_container(live.object);
        info = co_await std::move(inspecting);
        if (!info) co_return info.error();
    }
    auto looking_up = engine_.inspect_image(info->image_id);
    auto image = co_await std::move(looking_up);
    if (!image) co_return image.error();
    if (image->id == digest_) live.digest = digest_;
    for (const auto& known : image->digests) {
        if (known.ends_with("@" + digest_)) live.digest = digest_;
    }
    live.outputs["container"] = live.object;
    co_return live;
}

Task<Result<>> ContainerTarget::keep_running() {
    auto setting = engine_.set_restart_policy(candidate_name_, "unless-stopped");
    co_return co_await std::move(setting);
}

}  // namespace triphammer::runner
