#pragma once
// The launcher's standby: a runner program that has started and waits. Each attempt's runner is a
// copy of it (docs/adr/0017), which costs a fraction of a start. It has no folder, lock or token,
// and ends with its socket, that is with the launcher.
//
//   launcher ──folder, start line, lock, log──▶ standby ──clone──▶ runner, a child of the launcher
//            ◀──────────────── pid ───────────

#include "base/spawn.hpp"

#include <filesystem>
#include <optional>

namespace triphammer::launcher {

/// The argument that makes a runner program one, and the descriptor of its socket.
constexpr const char* kStandbyArgument = "--standby";
constexpr int kStandbyDescriptor = 3;

/// What a copy is given; the descriptors stay the caller's.
struct Start {
    std::string folder;  // its working directory
    int line = -1;       // becomes kStartLineDescriptor
    int lock = -1;       // becomes kLockDescriptor
    int log = -1;        // standard output and error
    int group = -1;      // a folder of cgroup v2 in which it begins; -1: where the standby is
};

/// For one thread. Starts its program when it is first needed, and again when that has died.
class Standby {
  public:
    Standby(std::filesystem::path program, std::vector<std::string> environment);
    ~Standby();
    Standby(const Standby&) = delete;
    Standby& operator=(const Standby&) = delete;

    /// A new runner, in a session of its own. Code::unavailable: there is no standby, nothing was
    /// started. Another error: it cannot be told whether something was.
    Result<Child> start(const Start& start);

  private:
    Result<> open();
    void close();
    Result<> send(const Start& start);
    Result<Child> receive();

    std::filesystem::path program_;
    std::vector<std::string> environment_;
    FileDescriptor socket_;
    std::optional<Child> process_;
};

}  // namespace triphammer::launcher
