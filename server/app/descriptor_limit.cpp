#include "app/descriptor_limit.hpp"

#include "base/log.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace triphammer::app {

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        const char* why = std::strerror(errno);
        log::warning("cannot raise the limit of open files", {{"limit", before}, {"error", why}});
        return;
    }
    log::info("limit of open files", {{"limit", limit.rlim_cur}, {"before", before}});
}

}  // namespace triphammer::app
