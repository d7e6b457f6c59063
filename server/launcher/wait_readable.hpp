#pragma once

#include "base/file.hpp"
#include "base/task.hpp"

namespace triphammer::launcher {

/// Of a pidfd: until the process has ended.
Task<> wait_readable(FileDescriptor descriptor);

/// Until nobody holds the lock of this file; looks twice a second.
Task<> wait_unlocked(std::filesystem::path file);

}  // namespace triphammer::launcher
