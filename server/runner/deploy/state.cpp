#include "runner/deploy/state.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::runner {

using nlohmann::json;

namespace {

rollout::EffectState parse_effect_state(const std::string& name) {
    if (name == "ok") return rollout::EffectState::ok;
    return name == "failed" ? rollout::EffectState::failed : rollout::EffectState::open;
}

std::optional<rollout::Effect> read_effect(const json& entry) {
    if (!entry.is_object()) return {};
    const auto kind = rollout::parse_effect_kind(entry.value("kind", std::string{}));
    if (!kind) return {};
    rollout::Effect effect;
    effect.n = entry.value("n", std::int64_t{0});
    effect.kind = *kind;
    effect.state = parse_effect_state(entry.value("state", std::string{}));
    effect.fence = model::Fence{entry.value("fence", std::int64_t{0})};
    effect.idem = entry.value("idem", std::string{});
    return effect;
}

}  // namespace

Result<rollout::Effects> read_effects(const std::string& effects_json) {
    const auto list = json::parse(effects_json, nullptr, false);
    if (!list.is_array()) return Error{Code::protocol, "the recorded effects cannot be read"};
    rollout::Effects effects;
    for (const auto& entry : list) {
        auto effect = read_effect(entry);
        if (!effect) return Error{Code::protocol, "a recorded effect cannot be read"};
        effects.push_back(std::move(*effect));
    }
    return effects;
}

rollout::BeforeState read_before(
    const std::string& migrations_json, const std::string& digest, bool is_asked_for
) {
    if (!is_asked_for) return rollout::BeforeState::none;
    const auto migrations = json::parse(migrations_json, nullptr, false);
    if (!migrations.is_object() || !migrations.contains(digest)) {
        return rollout::judge_before(std::nullopt);
    }
    return rollout::judge_before(parse_effect_state(migrations.value(digest, std::string{})));
}

model::DeploymentId deployment_id(const model::DeploymentSpec& spec) {
    return model::DeploymentId{parse_integer(spec.id).value_or(0)};
}

std::string describe(const rollout::Move& move) {
    using Kind = rollout::Move::Kind;
    using enum rollout::EffectKind;
    if (move.kind == Kind::gate) return "Wait until it is healthy";
    if (move.kind == Kind::verify) return "Verify from outside";
    if (move.kind == Kind::soak) return "Soak";
    switch (move.effect) {
        case before:
            return "Run the command before the switch";
        case stop_previous:
            return "Stop the previous version (short downtime)";
        case create_candidate:
            return "Create the new container";
        case start_candidate:
            return "Start the new container";
        case switch_traffic:
            return "Switch the traffic";
        case retire_previous:
            return "Drain and stop the previous version";
        case start_previous:
            return "Start the previous version again";
        case switch_back:
            return "Switch the traffic back";
        case retire_candidate:
            return "Remove the new version";
        case update:
            return "Update the service";
        case restore:
            return "Restore the previous version";
    }
    return "";
}

}  // namespace triphammer::runner
