#pragma once

#include "base/result.hpp"
#include "github/payload_node.hpp"
#include "model/event.hpp"

namespace triphammer::github {

/// Fills what the event of this name says beyond what all events share. Events that start nothing
/// are left as they are. Code::invalid: a field that the event cannot be without.
Result<> read_event(Node payload, model::Event& event);

}  // namespace triphammer::github
