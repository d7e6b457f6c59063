#include "runner/deploy/target.hpp"

#include "runner/deploy/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::runner {

std::string Target::describe(const rollout::Move& move) const {
    return runner::describe(move);
}

EffectOutcome effect_done(const std::string& ids_json) {
    EffectOutcome outcome;
    outcome.ok = true;
    outcome.ids_json = ids_json;
    return outcome;
}

EffectOutcome effect_failed(const Error& error) {
    EffectOutcome outcome;
    if (is_silence(error)) outcome.failure = rollout::Failure::silent;
    outcome.reason = error.message;
    return outcome;
}

bool is_silence(const Error& error) {
    return error.code == Code::unavailable || error.code == Code::timed_out ||
           error.code == Code::io;
}

const rollout::Effect* last_done(
    const rollout::Effects& effects, std::initializer_list<rollout::EffectKind> kinds
) {
    const rollout::Effect* last = nullptr;
    for (const auto& effect : effects) {
        const bool is_one = std::find(kinds.begin(), kinds.end(), effect.kind) != kinds.end();
        if (is_one && effect.state == rollout::EffectState::ok) last = &effect;
    }
    return last;
}

std::string probe_json(const char* phase, const std::string& kind, const GateOutcome& outcome) {
    const nlohmann::json probe{
        {"phase", phase},
        {"kind", kind},
        {"passed", outcome.passed},
        {"looks", outcome.looks},
        {"milliseconds", outcome.milliseconds},
        {"reason", outcome.reason},
    };
    return probe.dump();
}

}  // namespace triphammer::runner
