#pragma once
// Seam: process start. posix_spawn only; the sandbox and the standby (docs/adr/0008, 0017) fork.

#include "base/file.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer {

/// How a child ended.
struct ExitStatus {
    int code = 0;    // exit status, when `signal` is 0
    int signal = 0;  // the signal that killed it, else 0

    bool ok() const { return code == 0 && signal == 0; }
};

/// What to start. Descriptors that are not set are /dev/null.
struct SpawnRequest {
    std::vector<std::string> arguments;  // [0] is the program: a path, or a name looked up in PATH
    std::vector<std::string> environment;  // NAME=value; nothing is inherited
    std::string directory;                 // working directory; empty: the parent's
    int input = -1;
    int output = -1;
    int error = -1;
    std::vector<std::pair<int, int>> inherit;  // parent's descriptor → number in the child
    bool new_session = false;                  // setsid; otherwise a process group of its own
};

/// A started child. Owns the pidfd; the caller waits exactly once.
class Child {
  public:
    Child() = default;

    Child(pid_t pid, FileDescriptor pidfd) : pid_{pid}, pidfd_{std::move(pidfd)} {}

    pid_t pid() const { return pid_; }

    /// Readable when the child has ended (Linux 5.3); for an event loop.
    int pidfd() const { return pidfd_.get(); }

    /// To the whole process group of the child.
    void signal_group(int signal) const;
    /// Blocks until the end, reaps.
    ExitStatus wait();
    /// Reaps if it has ended.
    std::optional<ExitStatus> try_wait();

  private:
    pid_t pid_ = -1;
    FileDescriptor pidfd_;
};

class Spawner {
  public:
    virtual ~Spawner() = default;
    virtual Result<Child> spawn(const SpawnRequest& request) = 0;
};

class SystemSpawner final : public Spawner {
  public:
    Result<Child> spawn(const SpawnRequest& request) override;
};

/// A pipe with both ends close-on-exec; {read, write}.
Result<std::pair<FileDescriptor, FileDescriptor>> make_pipe();

}  // namespace triphammer
