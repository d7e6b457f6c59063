#pragma once
// What a job's commands have left running: `server &` in one step serves the next ones. Its
// sandbox stays for it, later commands are started beside it, and what it still writes is read so
// that it never waits, and dropped: its step is over.

#include "base/task_group.hpp"
#include "execution/sandbox.hpp"

#include <optional>
#include <vector>

namespace triphammer::execution {

class Leftovers {
  public:
    explicit Leftovers(Executor executor) : readers_{std::move(executor), {}} {}

    /// A sandbox whose command has ended, and the pipe of that one's output.
    void add(Enclosed inside, FileDescriptor output);
    /// One to start the next command in; none: nothing was left, or it is in use.
    std::optional<Enclosed> take();
    /// Kills everything. Before the end of its life.
    Task<> end();

  private:
    std::vector<Enclosed> idle_;
    TaskGroup readers_;
};

}  // namespace triphammer::execution
