#pragma once

// The runner program's side of launcher/standby.hpp.

#include "runner/root_part.hpp"

#include <optional>

namespace triphammer::runner {

/// Waits for starts on kStandbyDescriptor. Returns in each copy, made for an attempt, which has the
/// descriptors, folder and session that a started runner has; nothing: the launcher is gone.
/// `argument` is the program's own kStandbyArgument; a copy does without it.
std::optional<Ahead> stand_by(char* argument);

}  // namespace triphammer::runner
