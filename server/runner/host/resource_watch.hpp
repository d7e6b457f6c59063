#pragma once
// Measures what the steps use, each second, and ends a job that uses more than it may; a fork bomb
// is looked for five times a second, as it takes the processors from all. Whole processors are kept
// by the kernel; what a control group limits besides comes on top.

#include "base/task.hpp"
#include "execution/disk_quota.hpp"
#include "execution/steps_group.hpp"
#include "runner/host/resource_limits.hpp"
#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

class Session;

/// Bytes that belong to one process alone (resident, not shared), of everything below this process.
/// Source: proc(5), statm.
std::uint64_t measure_memory();
/// Blocks of all files in the job's folders, in bytes; nothing outside is counted, through no link.
std::uint64_t measure_folders(const JobFolders& folders);

/// Nothing: that is measured.
struct KeptByKernel {
    const execution::StepsGroup* group = nullptr;  // the number of processes and threads
    const execution::DiskQuota* quota = nullptr;   // the disk
};

/// Asks the kernel for as much as it can keep; nullptr: it cannot. `quota` has no part of root's
/// any more.
KeptByKernel limit_by_kernel(
    const ResourceLimits& limits, const execution::StepsGroup* group, execution::DiskQuota* quota
);

/// Takes this process, and what it starts from now on, onto so many processors.
void keep_to_processors(double cpu);

/// Until it is cancelled; ends the session's work (oom, disk_full, or signal for processes) within
/// two seconds after a limit was passed. Disks that take long to look through are looked at less
/// often. What `kernel` keeps is not measured. `executor` and what `kernel` has outlive it.
Task<> watch_resources(
    Session& session, ResourceLimits limits, StepExecutor& executor, KeptByKernel kernel
);

}  // namespace triphammer::runner
