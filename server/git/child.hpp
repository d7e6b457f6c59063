#pragma once
// One child `git`: a process group of its own, an environment of exactly what it needs, an end in
// every case. Killed and reaped when the awaiting coroutine is cancelled.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/spawn.hpp"
#include "base/task.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::git {

/// Told of bytes of standard output as they come; the child waits while the task runs. An error
/// kills the child and is the error of the whole.
using OnOutput = std::function<Task<Result<>>(std::string bytes)>;

struct ChildLimits {
    Milliseconds total{15 * 60 * 1000};  // from start to end
    Milliseconds silence{45 * 1000};     // without a byte on standard output or standard error
};

struct ChildRequest {
    std::vector<std::string> arguments;                         // after "git"
    std::vector<std::pair<std::string, std::string>> settings;  // git config for this child only
    std::vector<std::string> environment;                       // NAME=value, added
    std::string input;  // at most 1 MiB: it is in the pipe before the child starts
    ChildLimits limits;
    bool as_user = false;  // with the configuration and the keys of this process's user
};

struct ChildEnd {
    ExitStatus status;
    std::string errors;  // the last 4096 bytes of standard error
};

/// Runs it to its end. Code::too_large: the input fits into no pipe. Code::timed_out when a limit
/// passed (the group is killed first); a non-zero exit status is a value. `on_output` may be empty.
/// On the logic thread.
Task<Result<ChildEnd>> run_child(Spawner& spawner, ChildRequest request, OnOutput on_output);

}  // namespace triphammer::git
