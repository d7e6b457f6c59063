#include "rollout/ledger.hpp"

#include <algorithm>

namespace triphammer::rollout {

namespace {

IntentJudgement no(std::string why) {
    return {IntentJudgement::Kind::no, std::move(why)};
}

IntentJudgement judge_open(const Effect& open, const Effect& wanted) {
    if (open.n != wanted.n || open.kind != wanted.kind) {
        return no("effect " + std::to_string(open.n) + " is open");
    }
    if (open.fence > wanted.fence) return no("a later attempt holds this effect");
    const bool is_same = open.fence == wanted.fence;
    return {is_same ? IntentJudgement::Kind::go : IntentJudgement::Kind::reopen, ""};
}

}  // namespace

IntentJudgement judge_intent(
    model::DeploymentId deployment, const Effects& effects, const Effect& wanted
) {
    if (wanted.idem != make_idem(deployment, wanted.n)) return no("the key is not this effect's");
    for (const auto& effect : effects) {
        if (effect.state == EffectState::open) return judge_open(effect, wanted);
    }
    const auto last = effects.empty() ? 0 : effects.back().n;
    if (wanted.n <= last) return no("effect " + std::to_string(wanted.n) + " is closed");
    if (wanted.n > last + 1) return no("effects are numbered without gaps");
    return {IntentJudgement::Kind::open, ""};
}

ResultJudgement judge_result(const Effects& effects, std::int64_t n, model::Fence fence, bool ok) {
    const auto found = std::find_if(effects.begin(), effects.end(), [n](const Effect& effect) {
        return effect.n == n;
    });
    if (found == effects.end()) return ResultJudgement::wrong;
    if (fence < found->fence) return ResultJudgement::evidence;
    if (fence > found->fence) return ResultJudgement::wrong;
    if (found->state == EffectState::open) return ResultJudgement::close;
    const bool is_same = (found->state == EffectState::ok) == ok;
    return is_same ? ResultJudgement::repeated : ResultJudgement::wrong;
}

}  // namespace triphammer::rollout
