#pragma once

#include <cstdint>

namespace triphammer::execution {

/// How many processes of this process's cgroup (v2, memory controller) the kernel has killed for
/// lack of memory; 0 where that cannot be known. Source: cgroup-v2.rst, memory.events.
std::uint64_t oom_kills();

}  // namespace triphammer::execution
