#pragma once
// One child process of a step: started, its output pumped into a sink, its end awaited, and with it
// the end of everything that it started.
//
//   spawn ─▶ running ──exit──▶ sweep (KILL of every descendant) ─▶ last output ─▶ ProcessEnd
//               │         └──▶ or what is left stays (execution/leftovers.hpp)
//               │ stop requested or deadline
//               └▶ TERM to the tree ──grace──▶ KILL

#include "base/spawn.hpp"
#include "base/task.hpp"
#include "execution/stop.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::execution {

class Leftovers;
class Sandbox;

struct Command {
    std::vector<std::string> arguments;    // [0] is the program
    std::vector<std::string> environment;  // NAME=value; nothing is inherited
    std::string directory;                 // working directory
    Sandbox* sandbox = nullptr;            // outlives the process; null: beside us
    Leftovers* leftovers = nullptr;        // takes what it leaves in a sandbox; null: that dies
};

struct ProcessLimits {
    std::optional<std::chrono::milliseconds> deadline;
    std::chrono::milliseconds grace{10'000};  // after the deadline, between TERM and KILL
};

enum class EndCause { exited, signalled, timed_out, cancelled, oom, disk_full };

struct ProcessEnd {
    EndCause cause = EndCause::exited;
    ExitStatus status;
};

/// Where output goes. `write` may wait as long as it likes: then the pipe fills and the process
/// blocks. `bytes` are valid until it returns.
class OutputSink {
  public:
    virtual ~OutputSink() = default;
    virtual Task<Result<>> write(std::string_view bytes) = 0;
};

/// Makes this process the parent of its orphaned descendants; once, before the first run_process.
void become_subreaper();

/// Runs one process to its end. Standard output and error share one pipe of 1 MiB, read in pieces
/// of up to 256 KiB; standard input is /dev/null. When it returns, nothing that it started is
/// alive, but for what its `leftovers` have taken: that of a command which ended by itself. Beside
/// us (without a sandbox) that takes every descendant of this process along: so only one at a time,
/// and nothing else may be running as a child; in sandboxes several may run at once. Do not cancel
/// the coroutine; use `stop`. Errors: the program could not be started (in a sandbox Code::invalid,
/// or Code::unavailable where there is none to be had), or the sink failed (the process is killed
/// then).
Task<Result<ProcessEnd>> run_process(
    Command command, ProcessLimits limits, OutputSink& output, StopToken& stop
);

/// Kills every descendant of this process and waits until they are gone.
Task<> kill_descendants();

}  // namespace triphammer::execution
