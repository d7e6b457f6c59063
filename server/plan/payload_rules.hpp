#pragma once
// Deliveries that start nothing for what their payload says, beyond what every event tells. Pure.
// Source: the notes of GitHub's page "Events that trigger workflows".

#include "model/event.hpp"
#include "model/reason.hpp"

#include <optional>
#include <string_view>

namespace triphammer::plan {

/// Nothing: the files decide. `payload_json` may be empty, and is read for the events alone that
/// have such notes.
std::optional<model::Reason> find_payload_refusal(
    const model::Event& event, std::string_view payload_json
);

}  // namespace triphammer::plan
