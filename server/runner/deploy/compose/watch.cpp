// What the engine shows of a project: health, proof, and effects that may or may not have been done
// (docs/protocol, E3).
#include "runner/deploy/compose/target.hpp"

#include <array>
#include <utility>

namespace triphammer::runner {

using rollout::EffectKind;
using rollout::Observation;

namespace {

GateOutcome project_not_passed(const Error& error) {
    GateOutcome outcome;
    outcome.reason = error.message;
    return outcome;
}

Observation unread(const Error& error) {
    return is_silence(error) ? Observation::silent : Observation::foreign;
}

bool has_health_check(const docker::ContainerInfo& info) {
    return !info.health.empty();
}

}  // namespace

Task<Result<docker::ContainerInfo>> ComposeTarget::candidate() {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    const auto* member = find_member(*ours, plan_.service);
    if (member == nullptr) {
        co_return Error{Code::not_found, "the container of " + plan_.service + " is gone"};
    }
    auto inspecting = engine_.inspect_container(member->id);
    co_return co_await std::move(inspecting);
}

Task<GateOutcome> ComposeTarget::watch(ProbeSpec spec, bool from_outside) {
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info) co_return project_not_passed(info.error());
    const auto& service = *project_.find(plan_.service);
    const auto& ports = service.container.ports;
    ProbeTarget target;
    target.container = info->id;
    target.has_health_check = has_health_check(*info);
    target.port = spec.port;
    if (from_outside && !ports.empty()) {
        const auto& port = ports.front();
        const bool is_everywhere = port.host_address.empty() || port.host_address == "0.0.0.0";
        target.address = is_everywhere ? engine_.host() : port.host_address;
        if (target.port == 0) target.port = port.host_port;
    } else {
        const auto& exposed = image_info_.exposed_ports;
        target.address = info->addresses[service.networks.front().name];
        if (target.port == 0 && !exposed.empty()) target.port = exposed.front();
        if (spec.port == 0 && !ports.empty()) target.port = ports.front().container_port;
    }
    auto watching = watch_health(engine_, std::move(spec), std::move(target), clock_);
    auto gate = co_await std::move(watching);
    if (!gate.passed) co_return gate;
    auto others = watch_others();
    const auto well = co_await std::move(others);
    gate.passed = well.has_value();
    if (!well) gate.reason = well.error().message;
    co_return gate;
}

Task<Result<>> ComposeTarget::watch_others() {
    for (const auto& service : project_.services) {
        if (service.name == plan_.service) continue;
        auto finding = id_of(service.name);
        const auto id = co_await std::move(finding);
        if (!id) co_return id.error();
        auto waiting = wait_until_well(*id, service.name);
        if (auto waited = co_await std::move(waiting); !waited) co_return waited;
    }
    co_return Result<>{};
}

Task<GateOutcome> ComposeTarget::watch_candidate() {
    return watch(plan_.health, false);
}

/// `verify`; without it what `health` asked, through the port, or that the port opens.
ProbeSpec ComposeTarget::public_probe() const {
    using Kind = ProbeSpec::Kind;
    auto spec = plan_.verify;
    if (spec.kind != Kind::none) return spec;
    const bool has_port = !project_.find(plan_.service)->container.ports.empty();
    if (!has_port) return plan_.health;
    spec.kind = plan_.health.kind == Kind::http ? Kind::http : Kind::tcp;
    spec.path = plan_.health.path;
    return spec;
}

Task<GateOutcome> ComposeTarget::watch_public() {
    return watch(public_probe(), true);
}

Task<Result<Live>> ComposeTarget::read_live() {
    auto listing = list();
    const auto members = co_await std::move(listing);
    if (!members) co_return members.error();
    Live live;
    for (const auto& service : project_.services) {
        auto finding = id_of(service.name);
        const auto id = co_await std::move(finding);
        if (!id) co_return id.error();
        live.outputs["containers"] += (live.outputs["containers"].empty() ? "" : " ") + *id;
        if (service.name == plan_.service) live.object = *id;
    }
    std::size_t running = 0;
    for (const auto& member : *members) {
        const bool is_one = live.outputs["containers"].find(member.id) != std::string::npos;
        if (is_one && member.is_running) ++running;
        if (is_one || !member.is_running) continue;
        co_return conflict("somebody else runs " + member.name + " in project " + project_.name);
    }
    if (running != project_.services.size()) co_return conflict("not all services run");
    auto looking = candidate();
    const auto info = co_await std::move(looking);
    if (!info) co_return info.error();
    auto inspecting = engine_.inspect_image(info->image_id);
    const auto image = co_await std::move(inspecting);
    if (!image) co_return image.error();
    if (image->id == terms_.digest) live.digest = terms_.digest;
    for (const auto& known : image->digests) {
        if (known.ends_with("@" + terms_.digest)) live.digest = terms_.digest;
    }
    live.outputs["project"] = project_.name;
    co_return live;
}

Task<Result<>> ComposeTarget::keep_running() {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return ours.error();
    for (const auto& member : *ours) {
        if (member.restart.empty()) continue;
        auto setting = engine_.set_restart_policy(member.id, member.restart);
        if (auto set = co_await std::move(setting); !set) co_return set;
    }
    co_return Result<>{};
}

// ── after a lost runner ──────────────────────────────────────────────────────────────────────

Task<Observation> ComposeTarget::observe(EffectKind kind, std::int64_t) {
    using enum EffectKind;
    switch (kind) {
        case EffectKind::before:  // nothing tells whether the command ran: rollout never asks
        case switch_traffic:
        case switch_back:
        case update:
        case restore:
        case create_candidate:
        case start_candidate:
        case EffectKind::retire_candidate:
            break;
        case EffectKind::stop_previous:
        case EffectKind::retire_previous:
            return observe_stopped();
        case EffectKind::start_previous:
            return observe_started_again();
    }
    return observe_candidates(kind);
}

Task<Observation> ComposeTarget::observe_candidates(EffectKind kind) {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return unread(ours.error());
    if (kind == EffectKind::retire_candidate) {
        co_return ours->empty() ? Observation::done : Observation::not_begun;
    }
    bool is_complete = true;
    bool is_started = true;
    for (const auto* service : wanted()) {
        const auto* member = find_member(*ours, service->name);
        is_complete = is_complete && member != nullptr;
        is_started = is_started && member != nullptr && !member->is_created;
    }
    if (kind == EffectKind::create_candidate) {
        co_return is_complete ? Observation::done : Observation::not_begun;
    }
    if (!is_complete) co_return Observation::foreign;
    co_return is_started ? Observation::done : Observation::not_begun;
}

Task<Observation> ComposeTarget::observe_stopped() {
    auto listing = list();
    const auto members = co_await std::move(listing);
    if (!members) co_return unread(members.error());
    for (const auto& member : *members) {
        const bool is_due = !names_.is_ours(member.labels) && !is_kept(member.service);
        if (is_due && member.is_running) co_return Observation::not_begun;
    }
    co_return Observation::done;
}

Task<Observation> ComposeTarget::observe_started_again() {
    auto listing = list();
    const auto members = co_await std::move(listing);
    if (!members) co_return unread(members.error());
    for (const auto& wanted : previous_) {
        const auto is_it = [&wanted](const auto& one) { return one.id == wanted.id; };
        const auto found = std::find_if(members->begin(), members->end(), is_it);
        if (found == members->end()) co_return Observation::foreign;
        if (!found->is_running) co_return Observation::not_begun;
    }
    co_return Observation::done;
}

Task<std::string> ComposeTarget::ids_of(EffectKind kind) {
    if (kind != EffectKind::create_candidate) co_return "{}";
    auto reading = ids_json();
    const auto ids = co_await std::move(reading);
    co_return ids ? *ids : std::string{"{}"};
}

Task<Observation> ComposeTarget::observe_all(const rollout::Effects& effects) {
    // The last word on each group counts: what was created, started and retired is gone.
    using enum EffectKind;
    const std::array<const rollout::Effect*, 2> last_words{
        last_done(effects, {create_candidate, start_candidate, EffectKind::retire_candidate}),
        last_done(
            effects,
            {EffectKind::stop_previous, EffectKind::retire_previous, EffectKind::start_previous}
        )};
    for (const auto* last : last_words) {
        if (last == nullptr) continue;
        auto observing = observe(last->kind, last->n);
        const auto seen = co_await std::move(observing);
        if (seen == Observation::silent) co_return seen;
        if (seen != Observation::done) co_return Observation::foreign;
    }
    co_return Observation::done;
}

}  // namespace triphammer::runner
