// What the engine shows of effects that may or may not have been done (docs/protocol, E3).
#include "runner/deploy/container/target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace triphammer::runner {

using rollout::EffectKind;
using rollout::Observation;

bool is_absent(const Error& error) {
    return error.code == Code::not_found || error.code == Code::conflict;
}

Task<Observation> ContainerTarget::observe(EffectKind kind, std::int64_t n) {
    using enum EffectKind;
    if (kind == create_candidate) adopt_candidate(n);  // the effect's number is in its name
    switch (kind) {
        case before:  // nothing tells whether the command ran: rollout never asks
        case update:
        case restore:
            break;
        case create_candidate:
        case start_candidate:
        case retire_candidate:
            return observe_candidate(kind);
        case stop_previous:
        case retire_previous:
            return observe_previous(false);
        case start_previous:
            return observe_previous(true);
        case switch_traffic:
            return observe_switch(candidate_name_);
        case switch_back:
            return observe_switch(previous_.name);
    }
    return observe_candidate(kind);
}

Task<Observation> ContainerTarget::observe_candidate(EffectKind kind) {
    auto looking = candidate();
    auto info = co_await std::move(looking);
    if (!info && is_silence(info.error())) co_return Observation::silent;
    if (kind == EffectKind::retire_candidate) {
        if (!info && !is_absent(info.error())) co_return Observation::foreign;
        co_return info ? Observation::not_begun : Observation::done;
    }
    const bool is_gone = !info && info.error().code == Code::not_found;
    if (!info && !is_gone) co_return Observation::foreign;
    if (kind == EffectKind::create_candidate) {
        co_return is_gone ? Observation::not_begun : Observation::done;
    }
    if (is_gone) co_return Observation::foreign;
    co_return info->status == "created" ? Observation::not_begun : Observation::done;
}

Task<Observation> ContainerTarget::observe_previous(bool wants_running) {
    auto inspecting = engine_.inspect_container(previous_.id);
    auto info = co_await std::move(inspecting);
    if (!info && info.error().code != Code::not_found) co_return Observation::silent;
    const bool is_running = info && info->running;
    co_return is_running == wants_running ? Observation::done : Observation::not_begun;
}

/// The ids of the two that this deployment leads traffic to; of one that is gone there is none.
Task<Result<Receivers>> ContainerTarget::known_receivers() {
    Receivers known;
    if (!previous_.empty()) known.push_back(previous_.id);
    auto looking = candidate();
    const auto info = co_await std::move(looking);
    if (info) known.push_back(info->id);
    if (!info && is_silence(info.error())) co_return info.error();
    co_return known;
}

/// `wanted`: name of the container that traffic should go to. One of the two that has it instead,
/// or besides, is a move that was not begun, or done in part: the rest is what repeating does.
Task<Observation> ContainerTarget::observe_switch(std::string wanted) {
    if (!plan_.has_switch) co_return Observation::done;
    auto inspecting = engine_.inspect_container(wanted);
    auto target = co_await std::move(inspecting);
    if (!target) {
        co_return is_silence(target.error()) ? Observation::silent : Observation::foreign;
    }
    auto looking = traffic_->find();
    const auto found = co_await std::move(looking);
    if (!found && found.error().code == Code::not_found) co_return Observation::not_begun;
    if (!found && found.error().code == Code::conflict) co_return Observation::foreign;
    if (!found) co_return Observation::silent;
    auto reading = traffic_->read_back();
    const auto serving = co_await std::move(reading);
    if (!serving) co_return Observation::silent;
    if (*serving == Receivers{target->id}) co_return Observation::done;
    auto knowing = known_receivers();
    const auto known = co_await std::move(knowing);
    if (!known) co_return Observation::silent;
    const bool is_known = std::all_of(serving->begin(), serving->end(), [&](const auto& one) {
        return std::find(known->begin(), known->end(), one) != known->end();
    });
    co_return is_known ? Observation::not_begun : Observation::foreign;
}

Task<std::string> ContainerTarget::ids_of(EffectKind kind) {
    auto ids = nlohmann::json::object();
    const bool is_switch = kind == EffectKind::switch_traffic || kind == EffectKind::switch_back;
    if (is_switch && traffic_) {
        auto finding = traffic_->find();
        const auto found = co_await std::move(finding);
        if (found) ids["switch"] = *found;
    }
    if (kind != EffectKind::create_candidate) co_return ids.dump();
    auto looking = engine_.inspect_container(candidate_name_);
    const auto info = co_await std::move(looking);
    if (info) ids["container"] = info->id;
    co_return ids.dump();
}

Task<Observation> ContainerTarget::observe_all(const rollout::Effects& effects) {
    // The last word of each object counts: what was created, started and retired is gone.
    using enum EffectKind;
    const std::array<const rollout::Effect*, 3> last_words{
        last_done(effects, {create_candidate, start_candidate, retire_candidate}),
        last_done(effects, {switch_traffic, switch_back}),
        last_done(effects, {stop_previous, retire_previous, start_previous})};
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
