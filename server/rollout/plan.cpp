#include "rollout/plan.hpp"

#include <algorithm>

namespace triphammer::rollout {

namespace {

using model::DeploymentPhase;
using model::DeploymentState;
using enum EffectKind;

bool is_ok(const Situation& now, EffectKind kind) {
    return std::any_of(now.effects.begin(), now.effects.end(), [kind](const Effect& effect) {
        return effect.kind == kind && effect.state == EffectState::ok;
    });
}

const Effect* find_failed(const Situation& now) {
    for (const auto& effect : now.effects) {
        if (effect.state == EffectState::failed) return &effect;
    }
    return nullptr;
}

// What serves is no longer what served before: from here on failure means going back.
bool is_traffic_touched(const Situation& now) {
    for (const auto& effect : now.effects) {
        const bool is_touch =
            effect.kind == switch_traffic || effect.kind == stop_previous || effect.kind == update;
        if (is_touch) return true;
    }
    return false;
}

DeploymentPhase phase_of(EffectKind kind) {
    switch (kind) {
        case before:
            return DeploymentPhase::preflight;
        case stop_previous:
        case create_candidate:
        case start_candidate:
            return DeploymentPhase::candidate;
        case switch_traffic:
        case update:
            return DeploymentPhase::switch_traffic;
        case retire_previous:
            return DeploymentPhase::done;
        case start_previous:
        case switch_back:
        case retire_candidate:
        case restore:
            return DeploymentPhase::rolling_back;
    }
    return DeploymentPhase::frozen;
}

Move finish(DeploymentState outcome, std::string reason) {
    Move move;
    move.phase = DeploymentPhase::done;
    move.outcome = outcome;
    move.reason = std::move(reason);
    return move;
}

Move effect_move(const Situation& now, EffectKind kind) {
    Move move;
    move.kind = Move::Kind::effect;
    move.effect = kind;
    move.n = now.effects.empty() ? 1 : now.effects.back().n + 1;
    move.phase = phase_of(kind);
    return move;
}

Move read_move(Move::Kind kind, DeploymentPhase phase) {
    Move move;
    move.kind = kind;
    move.phase = phase;
    return move;
}

// Why this deployment cannot become green any more; empty while it can.
std::string find_trouble(const Situation& now) {
    if (now.before == BeforeState::blocked) {
        return "the command that runs once per version did not end well earlier: it is not "
               "started again by itself";
    }
    if (const auto* failed = find_failed(now))
        return std::string{name_of(failed->kind)} + " failed";
    if (now.gate == Check::failed) return "the candidate did not become healthy";
    if (now.verify == Check::failed) return "the probes after the switch failed";
    if (now.cancelled) return "cancelled";
    return {};
}

// The effects of the way back that are due, in their order.
std::vector<EffectKind> list_way_back(const Situation& now) {
    std::vector<EffectKind> due;
    const auto tried = [&now](EffectKind kind) {
        return std::any_of(now.effects.begin(), now.effects.end(), [kind](const Effect& effect) {
            return effect.kind == kind;
        });
    };
    const bool went_over = is_traffic_touched(now) && now.has_previous;
    const bool has_switch = now.strategy == Strategy::blue_green;
    if (tried(update)) return {went_over ? restore : retire_candidate};
    if (went_over && (tried(retire_previous) || tried(stop_previous))) {
        due.push_back(start_previous);
    }
    if (went_over && has_switch && tried(switch_traffic)) due.push_back(switch_back);
    if (tried(create_candidate)) due.push_back(retire_candidate);
    // One port for two: the old one can start only when the new one is gone.
    if (!has_switch) std::reverse(due.begin(), due.end());
    return due;
}

Move move_back(const Situation& now, const std::string& trouble) {
    const bool went_over = is_traffic_touched(now) && now.has_previous;
    if (now.rolls_back || !is_traffic_touched(now)) {
        for (const auto kind : list_way_back(now)) {
            if (!is_ok(now, kind)) return effect_move(now, kind);
        }
        if (went_over) return finish(DeploymentState::rolled_back, trouble);
    }
    return finish(DeploymentState::failed, trouble);
}

// The effects of the way forward up to the gate.
std::vector<EffectKind> list_to_gate(const Situation& now) {
    std::vector<EffectKind> due;
    if (now.before == BeforeState::needed) due.push_back(before);
    if (now.strategy == Strategy::rolling) {
        due.push_back(update);
        return due;
    }
    if (now.strategy == Strategy::recreate && now.has_previous) due.push_back(stop_previous);
    due.push_back(create_candidate);
    due.push_back(start_candidate);
    return due;
}

Move move_on(const Situation& now) {
    for (const auto kind : list_to_gate(now)) {
        if (!is_ok(now, kind)) return effect_move(now, kind);
    }
    const bool has_switch = now.strategy == Strategy::blue_green;
    const bool is_switched = has_switch && is_ok(now, switch_traffic);
    if (!is_switched && now.gate == Check::pending) {
        return read_move(Move::Kind::gate, DeploymentPhase::gate);
    }
    if (has_switch && !is_switched) return effect_move(now, switch_traffic);
    if (now.verify == Check::pending) return read_move(Move::Kind::verify, DeploymentPhase::verify);
    if (!now.soaked) return read_move(Move::Kind::soak, DeploymentPhase::soak);
    const bool leaves_one = now.has_previous && now.strategy != Strategy::rolling;
    if (leaves_one && !is_ok(now, retire_previous)) return effect_move(now, retire_previous);
    return finish(DeploymentState::succeeded, "");
}

// What failed and has no way back of its own, whatever failed before it. Asking for it again under
// the next number would never end.
const Effect* find_beyond_repair(const Situation& now) {
    for (const auto& effect : now.effects) {
        const bool is_last_resort = is_way_back(effect.kind) || effect.kind == retire_previous;
        if (is_last_resort && effect.state == EffectState::failed) return &effect;
    }
    return nullptr;
}

bool has_gone_back(const Situation& now) {
    return std::any_of(now.effects.begin(), now.effects.end(), [](const Effect& effect) {
        return is_way_back(effect.kind);
    });
}

}  // namespace

Move next_move(const Situation& now) {
    for (const auto& effect : now.effects) {
        if (effect.state == EffectState::open) {
            return finish(DeploymentState::unknown, "an effect is open");
        }
    }
    if (const auto* failed = find_beyond_repair(now)) {
        const auto name = std::string{name_of(failed->kind)};
        return finish(DeploymentState::unknown, name + " failed: look at the target and settle");
    }
    auto trouble = find_trouble(now);
    // A new attempt reads the gate again; it must not change its mind about the way back.
    if (trouble.empty() && has_gone_back(now))
        trouble = "it was going back when its runner was lost";
    return trouble.empty() ? move_on(now) : move_back(now, trouble);
}

BeforeState judge_before(std::optional<EffectState> state) {
    if (!state) return BeforeState::needed;
    return *state == EffectState::ok ? BeforeState::done_earlier : BeforeState::blocked;
}

}  // namespace triphammer::rollout
