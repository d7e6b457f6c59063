#pragma once
// The processes below this one. Source: proc(5), /proc/PID/task/TID/children.

#include "base/task.hpp"

#include <sys/types.h>

#include <vector>

namespace triphammer::execution {

/// A descendant and how far below this process it is (1: a child).
struct Descendant {
    pid_t pid = 0;
    int depth = 1;
};

/// Everything below this process now. What forks meanwhile may be missing: ask again.
std::vector<Descendant> list_descendants();

/// Sends `signal` to every descendant deeper than `above`; false when there was none.
bool signal_descendants(int signal, int above);

}  // namespace triphammer::execution
