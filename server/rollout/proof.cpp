#include "rollout/proof.hpp"

namespace triphammer::rollout {

std::vector<std::string> list_missing_proofs(const Evidence& evidence) {
    std::vector<std::string> missing;
    if (evidence.effects.empty()) missing.emplace_back("no effect is recorded");
    for (const auto& effect : evidence.effects) {
        if (effect.state == EffectState::ok) continue;
        missing.push_back(
            "effect " + std::to_string(effect.n) + " (" + std::string{name_of(effect.kind)} +
            ") is not closed as done"
        );
    }
    if (evidence.our_object.empty() || evidence.our_object != evidence.live_object) {
        missing.emplace_back("what serves is not what this deployment made");
    }
    if (evidence.ledger_digest.empty() || evidence.ledger_digest != evidence.live_digest) {
        missing.emplace_back("the digest of what serves is not the one that was to be deployed");
    }
    if (!evidence.is_verified) missing.emplace_back("no probe passed after the switch");
    return missing;
}

}  // namespace triphammer::rollout
