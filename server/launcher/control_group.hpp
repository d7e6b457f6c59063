#pragma once
// A cgroup (v2) for each attempt, where this process may make one: then the whole tree ends with
// one write, whatever it did. Source: kernel documentation, cgroup-v2.

#include <cstdint>
#include <filesystem>

namespace triphammer::launcher {

/// Makes run's group for `fence` below this process's own; an empty path where that is not allowed,
/// or where no controller is passed down and the group would do nothing.
std::filesystem::path make_group(const std::filesystem::path& run, std::int64_t fence);

/// The same name, made or not; empty where there is no v2 hierarchy.
std::filesystem::path group_of(const std::filesystem::path& run, std::int64_t fence);

/// Kills everything in it (Linux 5.14). False where there is no such group.
bool kill_group(const std::filesystem::path& group);

/// Whether a process is in the group. A killed one leaves it when it has ended, a moment later;
/// only then can the group be removed.
bool is_populated(const std::filesystem::path& group);

}  // namespace triphammer::launcher
