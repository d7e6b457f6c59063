#pragma once

#include "execution/sandbox.hpp"

namespace triphammer::execution {

/// Makes the caller's own mount namespace what the inside of a sandbox is. Only for a process that
/// is alone in it and in its process namespace, with every right there.
Result<> furnish(const SandboxPaths& paths);

}  // namespace triphammer::execution
