#pragma once

#include "base/file.hpp"
#include "base/task.hpp"

namespace triphammer::launcher {

/// Of a pidfd: until the process has ended.
Task<> wait_readable(FileDescriptor descriptor);

}  // namespace triphammer::launcher
