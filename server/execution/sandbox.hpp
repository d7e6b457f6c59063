#pragma once
// What a host step may see and touch: namespaces of its own, made by the kernel for each process
// that is started inside (docs/adr/0008).
//
//   this process ──clone──▶ first process inside: furnishes its mounts, gives up every right, waits
//                ──order──▶ starts the command, reaps, tells how the command ended
//                ──order──▶ where something was left that may live on: the next command
//
// Inside: the system read-only; /home, /root, /run and the hidden folders empty; a private /tmp
// (/var/tmp is the same), /proc, /dev and /dev/shm; own mount, process, IPC and host name
// namespaces; no capabilities, no new privileges, a session without terminal; death with this
// process. As root: the user to whom `home` belongs, with a name. Else a user namespace in which
// the user is the same. The network is the host's. Source: namespaces(7), user_namespaces(7),
// mount_setattr(2). Linux 5.12.

#include "base/spawn.hpp"
#include "execution/process.hpp"
#include "execution/steps_group.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::execution {

/// A folder under a name of its own.
struct ShownAs {
    std::string outside;
    std::string inside;
};

/// Absolute paths; a path has the same name inside and outside where nothing else is said.
struct SandboxPaths {
    std::string temp;                   // the job's own /tmp
    std::string home;                   // writable; as root: whom it belongs to is inside
    std::string home_inside;            // its name inside; empty: the same
    std::vector<ShownAs> moved;         // writable; may lie in the home
    std::vector<std::string> writable;  // workspace, command files, …
    std::vector<std::string> readable;  // read-only, seen in spite of `hidden`
    std::vector<std::string> hidden;    // data and run directories: empty folders inside
};

/// What `start` gives: the first process, and where it tells how the command ended.
struct Enclosed {
    Child first;
    FileDescriptor report;  // the channel on which it was told what to start
};

/// Called by a process of one thread: it goes on in the child of a clone.
class Sandbox {
  public:
    explicit Sandbox(SandboxPaths paths) : paths_{std::move(paths)} {}

    /// Before anything is made. As root: a network to be in, a descriptor that outlives this.
    void enter_network(int network) { network_ = network; }

    /// Before anything is made: each command in a network of its own that leads nowhere.
    void cut_off() { is_cut_off_ = true; }

    /// Before anything is made: all inside is in this group, which outlives this.
    void enter_group(const StepsGroup& group) { group_ = &group; }

    /// How often the kernel has killed where the commands are, for lack of memory.
    std::uint64_t count_oom_kills() const;

    /// Makes the inside for the next `start` already, while this process does something else. It
    /// ends with the Sandbox. What goes wrong, `start` meets again.
    void prepare();

    /// Starts `command`; standard output and error are `output`. Code::unavailable where the kernel
    /// gives us no namespaces, with what to change. What goes wrong inside, the report says.
    Result<Enclosed> start(const Command& command, int output);

    /// Tries whether namespaces can be had here: takes a few milliseconds.
    static Result<> check();

  private:
    Result<Enclosed> make_inside();
    Result<Enclosed> take_inside(Leftovers* leftovers);

    SandboxPaths paths_;
    int network_ = -1;
    bool is_cut_off_ = false;
    const StepsGroup* group_ = nullptr;
    std::optional<Enclosed> prepared_;
    /// The last mounts, kept alive: when the last reference goes, the kernel lets whoever drops it
    /// wait a millisecond. That shall not be the process whose end is awaited.
    FileDescriptor mounts_;
};

/// How the command of an enclosed process ended.
struct Report {
    /// Code::unavailable: the sandbox could not be furnished; Code::invalid: the command could not
    /// be started in it.
    Result<ExitStatus> status;
    bool stays = false;  // what was left is alive, and with it the first process
};

/// Once there is something to read; nothing: the first process was killed.
std::optional<Report> read_report(const FileDescriptor& report);

}  // namespace triphammer::execution
