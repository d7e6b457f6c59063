#pragma once

// The runner program's side of launcher/standby.hpp.

namespace triphammer::runner {

/// Waits for starts on kStandbyDescriptor. True: this is a copy, made for an attempt, with the
/// descriptors, folder and session that a started runner has. False: the launcher is gone.
/// `argument` is the program's own kStandbyArgument; a copy does without it.
bool stand_by(char* argument);

}  // namespace triphammer::runner
