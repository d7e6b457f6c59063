#include "runner/host/resource_watch.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
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

/// How often the machine's processes are counted: one number, read.
constexpr std::chrono::milliseconds kEvery{200};
/// Memory and disk each second: every so many times.
constexpr int kTurns = 5;
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

/// Processes and threads of the whole machine. Source: proc(5), loadavg, its fourth field.
std::uint64_t count_machine() {
    std::ifstream file{"/proc/loadavg"};
    std::string word;
    for (int field = 0; field < 4; ++field) file >> word;
    return static_cast<std::uint64_t>(
        parse_integer(word.substr(word.find('/') + 1)).value_or(INT64_MAX)
    );
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

Excess crowd_of(std::uint64_t used, std::uint64_t limit) {
    return excess_of(
        used, limit, Cause::signal, "more processes and threads than the job may have"
    );
}

/// Who was refused one more wanted that many.
Excess find_refusal(std::uint64_t limit, const execution::StepsGroup& group) {
    return group.count_refused_tasks() > 0 ? crowd_of(limit + 1, limit) : Excess{};
}

/// Most often the machine has not as many as one job may have.
Excess find_crowd(const ResourceLimits& limits, const execution::StepsGroup* group) {
    if (!limits.pids) return {};
    if (group != nullptr) return find_refusal(*limits.pids, *group);
    if (count_machine() <= *limits.pids) return {};
    const auto used = execution::count_tasks(*limits.pids);
    if (used <= *limits.pids) return {};
    return crowd_of(used, *limits.pids);
}

Excess find_memory(const ResourceLimits& limits) {
    if (!limits.memory) return {};
    const auto used = measure_memory();
    if (used <= *limits.memory) return {};
    return excess_of(used, *limits.memory, Cause::oom, "more memory than the job may use");
}

/// When the disk is looked through again.
struct DiskTurn {
    Instant at;
};

Task<Excess> find_disk(
    const Clock& clock, const ResourceLimits& limits, StepExecutor& executor, DiskTurn& turn
) {
    const auto begin = clock.instant();
    if (!limits.disk || begin < turn.at) co_return Excess{};
    auto measuring = executor.measure_disk();
    const auto used = co_await std::move(measuring);
    const auto end = clock.instant();
    turn.at = end + kShare * (end - begin);
    if (!used || *used <= *limits.disk) co_return Excess{};
    co_return excess_of(*used, *limits.disk, Cause::disk_full, "more disk than the job may use");
}

Excess find_full_quota(const ResourceLimits& limits, const execution::DiskQuota& quota) {
    if (!limits.disk || !quota.is_full()) return {};
    return {
        Cause::disk_full, "the job has written all that it may: " + std::to_string(*limits.disk)};
}

void end_job(Session& session, const Excess& excess) {
    protocol::Cancel cancel;
    cancel.why = excess.why;
    cancel.cause = excess.cause;
    cancel.grace_ms = 0;
    session.cancel(cancel);
}

}  // namespace

std::uint64_t measure_memory() {
    std::uint64_t sum = 0;
    for (const auto& descendant : execution::list_descendants()) {
        sum += own_memory("/proc/" + std::to_string(descendant.pid));
    }
    return sum;
}

std::uint64_t measure_folders(const JobFolders& folders) {
    // What lies under the workspace is nobody's use of the disk.
    const auto& under = folders.underlay;
    auto sum = measure_folder(under ? under->upper : folders.workspace.outside);
    for (const auto* folder : {&folders.temp, &folders.home, &folders.tmp}) {
        sum += measure_folder(folder->outside);
    }
    return sum;
}

KeptByKernel limit_by_kernel(
    const ResourceLimits& limits, const execution::StepsGroup* group, execution::DiskQuota* quota
) {
    KeptByKernel out;
    const auto set =
        group != nullptr ? group->set({limits.cpu, limits.memory, limits.pids}) : Result<>{};
    if (group != nullptr && set) out.group = group;
    if (!set) log::warning("limits are measured", {{"why", set.error().message}});
    if (quota != nullptr && limits.disk && quota->set(*limits.disk)) out.quota = quota;
    if (quota != nullptr && out.quota == nullptr) quota->leave();
    return out;
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

Task<> watch_resources(
    Session& session, ResourceLimits limits, StepExecutor& executor, KeptByKernel kernel
) {
    const auto& clock = session.parts().clock;
    DiskTurn disk{clock.instant()};
    for (int turn = 1;; ++turn) {
        auto waiting = sleep_for(kEvery);
        co_await std::move(waiting);
        auto excess = find_crowd(limits, kernel.group);
        const bool measures = turn % kTurns == 0;
        if (excess.cause == Cause::none && measures) excess = find_memory(limits);
        if (excess.cause == Cause::none && kernel.quota != nullptr) {
            excess = find_full_quota(limits, *kernel.quota);
        } else if (excess.cause == Cause::none && measures) {
            auto finding = find_disk(clock, limits, executor, disk);
            excess = co_await std::move(finding);
        }
        if (excess.cause == Cause::none) continue;
        end_job(session, excess);
        co_return;
    }
}

}  // namespace triphammer::runner
