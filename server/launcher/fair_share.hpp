#pragma once
// Without cgroups the kernel shares processors between sessions (sched(7), autogroup), so a job
// whose steps make twenty of them would take twenty parts. Here the busy sessions of each job's
// steps together get as much as one. Needs root, whose jobs are told apart by their users.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

namespace triphammer::launcher {

/// A session that wants processors: one process that it has.
using BusySessions = std::map<pid_t, pid_t>;

/// The niceness that gives each of so many sessions its part of what one has.
int niceness_of_part(std::size_t sessions);

/// The busy sessions of each of `users`. Looks through all processes.
std::map<uid_t, BusySessions> find_busy_sessions(const std::set<uid_t>& users);

class FairShare {
  public:
    /// Whether more want to run than can: one number, read.
    static bool is_crowded();

    /// One look at these attempts of the run directory: jobs of other servers are theirs. Takes a
    /// millisecond for some hundred processes.
    void adjust(const std::filesystem::path& run, const std::set<std::int64_t>& fences);

  private:
    std::map<pid_t, int> given_;  // niceness by session, of the last look
};

}  // namespace triphammer::launcher
