#pragma once
// Names that one runner of this machine has at a time.

#include "base/file.hpp"
#include "base/result.hpp"

#include <string>

namespace triphammer::runner {

/// Nobody else gets the name until the descriptor is closed or the process dies. Does not wait:
/// Code::conflict where somebody has it. Code::invalid for a name of more than 90 bytes.
Result<FileDescriptor> hold_name(const std::string& name);

}  // namespace triphammer::runner
