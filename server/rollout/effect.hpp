#pragma once
// The effects of a deployment: what is done to the outside world, one at a time, each announced by
// an intent in the ledger before it and closed by a result after it. Pure.

#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::rollout {

enum class EffectKind {
    before,            // the command that runs once for each version of a service
    stop_previous,     // recreate only: the port has to be free
    create_candidate,  // exists, not started, reachable by nobody
    start_candidate,
    switch_traffic,
    retire_previous,  // drain, stop; kept for the way back
    // the way back
    start_previous,
    switch_back,
    retire_candidate,
    // rolling, where the target itself replaces the one by the other
    update,   // tells it what to become; makes it where there is none
    restore,  // the way back: what it was before
};

/// The name in the ledger and in the protocol: "before", "create-candidate", "switch", …
std::string_view name_of(EffectKind kind);
std::optional<EffectKind> parse_effect_kind(std::string_view name);

/// Undoes: start-previous, switch-back, retire-candidate, restore. To do one twice changes nothing.
bool is_way_back(EffectKind kind);

enum class EffectState { open, ok, failed };

/// A row of the ledger's journal, as far as the rules need it.
struct Effect {
    std::int64_t n = 0;  // 1, 2, 3, … within the deployment
    EffectKind kind = EffectKind::before;
    EffectState state = EffectState::open;
    model::Fence fence;  // the attempt that announced it last
    std::string idem;

    friend bool operator==(const Effect&, const Effect&) = default;
};

/// Oldest first.
using Effects = std::vector<Effect>;

/// The key that makes effect n of this deployment the same effect whoever repeats it (E2).
std::string make_idem(model::DeploymentId deployment, std::int64_t n);

}  // namespace triphammer::rollout
