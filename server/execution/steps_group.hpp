#pragma once
// The control group (v2) that the steps of a job on this machine are started in, where the launcher
// made one (docs/adr/0030). Source: kernel documentation, cgroup-v2.

#include "base/file.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::execution {

struct GroupLimits {
    std::optional<double> cpu;            // processors
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<std::uint64_t> pids;    // processes and threads
};

class StepsGroup {
  public:
    static Result<StepsGroup> open(std::string folder);

    /// For clone3(2).
    int descriptor() const { return descriptor_.get(); }

    /// What is not limited stays as it was. Memory without swapping; who takes more than there may
    /// be is killed with all that is in the group, so that no half of a step goes on.
    Result<> set(const GroupLimits& limits) const;

    /// How many processes the kernel has killed for lack of memory.
    std::uint64_t count_oom_kills() const;

    /// How often somebody was refused one more process or thread.
    std::uint64_t count_refused_tasks() const;

  private:
    StepsGroup(std::string folder, FileDescriptor descriptor)
        : folder_{std::move(folder)}, descriptor_{std::move(descriptor)} {}

    Result<> write(const char* file, const std::string& value) const;

    std::string folder_;
    FileDescriptor descriptor_;
};

/// Of this process's own group (v2): the kernel's kills there; 0 where that cannot be known.
std::uint64_t count_own_oom_kills();

}  // namespace triphammer::execution
