#pragma once
// The processes below this one. Source: proc(5), /proc/PID/task/TID/children.

#include "base/task.hpp"

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace triphammer::execution {

/// A descendant and how far below this process it is (1: a child).
struct Descendant {
    pid_t pid = 0;
    int depth = 1;
};

/// Everything below this process now. What forks meanwhile may be missing: ask again.
std::vector<Descendant> list_descendants();

/// Processes and threads below this process, counted until there are more than `most`. Beside a
/// fork bomb this process gets little time: those of the steps' own user are told by their owner.
std::uint64_t count_tasks(std::uint64_t most);

/// The processes of one command: everything below us, or a sandbox.
struct Tree {
    pid_t child = 0;   // a sandbox's first process; 0: everything below us
    int wrappers = 0;  // so many at its top belong to the sandbox, and must not see a TERM
};

/// Sends `signal` to the tree but its wrappers; false when there was nobody.
bool signal_tree(const Tree& tree, int signal);
/// Everybody, the wrappers too. A sandbox ends with its first process: nobody is looked for.
void kill_tree(const Tree& tree);

}  // namespace triphammer::execution
