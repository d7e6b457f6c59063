#pragma once

#include "base/file.hpp"
#include "base/task.hpp"

namespace triphammer::execution {

/// Until `descriptor` can be read or is at its end; that of a process: until it can be reaped. It
/// is looked at through a copy.
Task<> wait_readable(int descriptor);

}  // namespace triphammer::execution
