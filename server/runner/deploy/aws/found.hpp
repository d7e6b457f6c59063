#pragma once
// What drivers of AWS read from the ledger and from errors alike. Pure.

#include "base/result.hpp"
#include "rollout/recovery.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace triphammer::runner {

/// Terms::found_json of the attempt that announced the first effect; null: there was none.
nlohmann::json found_of_effects(const std::string& effects_json);

/// What an answer that did not come proves: nothing. One that cannot be read is waited for; what
/// is refused is for a person.
rollout::Observation observation_of(const Error& error);

}  // namespace triphammer::runner
