#include "base/core_file.hpp"

#include <sys/resource.h>

namespace triphammer {

/// With 1 the kernel neither writes a core file nor hands it to a program (fs/coredump.c); with 0
/// it would hand it over. Whoever begins with 0 cannot raise it.
void leave_no_core_file() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max == 0) return;
    limit = {1, 1};
    ::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace triphammer
