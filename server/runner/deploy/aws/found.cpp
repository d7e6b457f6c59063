#include "runner/deploy/aws/found.hpp"

#include "aws/json_read.hpp"
#include "runner/deploy/target.hpp"

namespace triphammer::runner {

using nlohmann::json;

json found_of_effects(const std::string& effects_json) {
    const auto effects = json::parse(effects_json, nullptr, false);
    if (!effects.is_array()) return nullptr;
    for (const auto& effect : effects) {
        const auto target = json::parse(aws::text_at(effect, "target"), nullptr, false);
        if (target.is_object() && target.contains("found")) return target["found"];
    }
    return nullptr;
}

rollout::Observation observation_of(const Error& error) {
    return is_silence(error) || error.code == Code::protocol ? rollout::Observation::silent
                                                             : rollout::Observation::foreign;
}

}  // namespace triphammer::runner
