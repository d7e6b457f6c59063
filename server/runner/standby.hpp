#pragma once

// The runner program's side of launcher/standby.hpp.

#include "execution/network.hpp"

#include <optional>

namespace triphammer::runner {

/// A copy, made for an attempt, with the descriptors, folder and session that a started runner has.
struct Copy {
    std::optional<execution::Network> network;  // made before anybody waited for it; as root
};

/// Waits for starts on kStandbyDescriptor. Returns in each copy; nothing: the launcher is gone.
/// `argument` is the program's own kStandbyArgument; a copy does without it.
std::optional<Copy> stand_by(char* argument);

}  // namespace triphammer::runner
