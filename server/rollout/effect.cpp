#include "rollout/effect.hpp"

#include "base/digest.hpp"

#include <array>
#include <utility>

namespace triphammer::rollout {

namespace {

using enum EffectKind;

constexpr std::array<std::pair<EffectKind, std::string_view>, 11> kNames{{
    {before, "before"},
    {stop_previous, "stop-previous"},
    {create_candidate, "create-candidate"},
    {start_candidate, "start-candidate"},
    {switch_traffic, "switch"},
    {retire_previous, "retire-previous"},
    {start_previous, "start-previous"},
    {switch_back, "switch-back"},
    {retire_candidate, "retire-candidate"},
    {update, "update"},
    {restore, "restore"},
}};

}  // namespace

std::string_view name_of(EffectKind kind) {
    for (const auto& [value, name] : kNames) {
        if (value == kind) return name;
    }
    return {};
}

std::optional<EffectKind> parse_effect_kind(std::string_view name) {
    for (const auto& [value, text] : kNames) {
        if (text == name) return value;
    }
    return {};
}

bool is_way_back(EffectKind kind) {
    return kind == start_previous || kind == switch_back || kind == retire_candidate ||
           kind == restore;
}

std::string make_idem(model::DeploymentId deployment, std::int64_t n) {
    return sha256_hex("deployment " + to_text(deployment) + " effect " + std::to_string(n));
}

}  // namespace triphammer::rollout
