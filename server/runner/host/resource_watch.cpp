#include "runner/host/resource_watch.hpp"

#include "base/deadline.hpp"
#include "execution/descendants.hpp"
#include "runner/session/session.hpp"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace triphammer::runner {

namespace {

using model::Cause;

constexpr std::chrono::milliseconds kEvery{1000};
/// Looking through folders may take this part of the time: one in so many.
constexpr int kShare = 10;
constexpr std::uint64_t kBlock = 512;

std::uint64_t own_memory(const std::string& process) {
    std::ifstream file{process + "/statm"};
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::uint64_t shared = 0;
    if (!(file >> size >> resident >> shared) || resident < shared) return 0;
    return (resident - shared) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// A folder's links are itself, its entry, and one for each thread.
std::uint64_t count_threads(const std::string& process) {
    struct stat status {};

    if (::stat((process + "/task").c_str(), &status) != 0 || status.st_nlink < 3) return 1;
    return status.st_nlink - 2;
}

std::uint64_t measure_folder(const std::string& folder) {
    namespace fs = std::filesystem;
    std::uint64_t sum = 0;
    std::error_code failure;
    const auto skip = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator at{folder, skip, failure};
    while (!failure && at != fs::recursive_directory_iterator{}) {
        struct stat status {};

        if (::lstat(at->path().c_str(), &status) == 0) {
            sum += static_cast<std::uint64_t>(status.st_blocks) * kBlock;
        }
        at.increment(failure);
    }
    return sum;
}

struct Excess {
    Cause cause = Cause::none;
    std::string why;
};

Excess excess_of(std::uint64_t used, std::uint64_t limit, Cause cause, const std::string& what) {
    return {cause, what + ": " + std::to_string(used) + " of " + std::to_string(limit)};
}

Excess find_excess(const ResourceLimits& limits) {
    if (!limits.memory && !limits.pids) return {};
    const auto use = measure_processes();
    if (limits.memory && use.memory > *limits.memory) {
        return excess_of(
            use.memory, *limits.memory, Cause::oom, "more memory than the job may use"
        );
    }
    if (limits.pids && use.pids > *limits.pids) {
        return excess_of(
            use.pids,
            *limits.pids,
            Cause::signal,
            "more processes and threads than the job may have"
        );
    }
    return {};
}

void end_job(Session& session, const Excess& excess) {
    protocol::Cancel cancel;
    cancel.why = excess.why;
    cancel.cause = excess.cause;
    cancel.grace_ms = 0;
    session.cancel(cancel);
}

}  // namespace

ResourceUse measure_processes() {
    ResourceUse out;
    for (const auto& descendant : execution::list_descendants()) {
        const auto process = "/proc/" + std::to_string(descendant.pid);
        out.memory += own_memory(process);
        out.pids += count_threads(process);
    }
    return out;
}

std::uint64_t measure_folders(const JobFolders& folders) {
    std::uint64_t sum = 0;
    for (const auto* folder : {&folders.workspace, &folders.temp, &folders.home, &folders.tmp}) {
        sum += measure_folder(folder->outside);
    }
    return sum;
}

void keep_to_processors(double cpu) {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    auto left = static_cast<int>(std::ceil(cpu));
    for (int one = 0; one < CPU_SETSIZE; ++one) {
        if (CPU_ISSET(one, &allowed) && left-- <= 0) CPU_CLR(one, &allowed);
    }
    ::sched_setaffinity(0, sizeof allowed, &allowed);
}

Task<> watch_resources(Session& session, ResourceLimits limits) {
    auto look_at_folders = session.parts().clock.instant();
    for (;;) {
        auto waiting = sleep_for(kEvery);
        co_await std::move(waiting);
        auto excess = find_excess(limits);
        const auto now = session.parts().clock.instant();
        if (excess.cause == Cause::none && limits.disk && now >= look_at_folders) {
            const auto used = measure_folders(session.folders());
            const auto took = session.parts().clock.instant() - now;
            look_at_folders = now + kShare * took;
            if (used > *limits.disk) {
                excess = excess_of(
                    used, *limits.disk, Cause::disk_full, "more disk than the job may use"
                );
            }
        }
        if (excess.cause == Cause::none) continue;
        end_job(session, excess);
        co_return;
    }
}

}  // namespace triphammer::runner
