#pragma once
// A control group (v2) for each attempt, below one that was given to this server, where there is
// one (docs/adr/0030): the kernel keeps the job to its limits, shares the processors between jobs,
// and ends all of an attempt with one write. Source: kernel documentation, cgroup-v2.
//
//   launcher.cgroup ─┬─ holder                      whoever was in it before
//                    └─ triphammer-<server>-<fence> ─┬─ runner
//                                                    └─ steps  its limits are the runner's to set

#include "base/file.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace triphammer::launcher {

constexpr const char* kRunnerGroup = "runner";
constexpr const char* kStepsGroup = "steps";

class ControlGroups {
  public:
    /// `parent` empty: there are no groups. `run`: the run directory.
    ControlGroups(std::filesystem::path parent, const std::filesystem::path& run);

    /// Whether attempts are to have groups.
    bool are_wanted() const { return !parent_.empty(); }

    /// The group of an attempt that is about to start. As root `runner` may set the limits of the
    /// steps and start them there. An error says what the machine or the setting lacks.
    Result<std::filesystem::path> make(std::int64_t fence, uid_t runner) const;

    /// The same name, made or not; empty where there are none.
    std::filesystem::path path_of(std::int64_t fence) const;

    /// Kills everything in it (Linux 5.14), if there is such a group.
    void kill(std::int64_t fence) const;

    /// Whether a process is in the group. A killed one leaves it when it has ended, a moment later;
    /// only then can the group be removed.
    bool is_populated(std::int64_t fence) const;

    void remove(std::int64_t fence) const;

  private:
    Result<> prepare_parent() const;
    Result<> furnish(const std::filesystem::path& group, uid_t runner) const;

    std::filesystem::path parent_;
    std::string prefix_;  // the group's name, up to the fence
};

}  // namespace triphammer::launcher
