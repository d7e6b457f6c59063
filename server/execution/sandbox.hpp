#pragma once
// What a host step may see and touch. Behind an interface, because bubblewrap costs 5 ms a step and
// a leaner one with the same isolation may replace it.

#include "base/result.hpp"
#include "execution/process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::execution {

/// Absolute paths; a path has the same name inside and outside, except `temp`, which is /tmp
/// inside.
struct SandboxPaths {
    std::string temp;                   // the job's own /tmp
    std::string home;                   // writable
    std::vector<std::string> writable;  // workspace, command files, …
    std::vector<std::string> readable;  // read-only, seen in spite of `hidden`
    std::vector<std::string> hidden;    // data and run directories: empty folders inside
};

class Sandbox {
  public:
    virtual ~Sandbox() = default;
    /// `command` as it must be started to run inside.
    virtual Command wrap(Command command) const = 0;
    /// For the first line of the job's log.
    virtual std::string description() const = 0;
};

/// bubblewrap: the system read-only, /home, /root, /run and the hidden folders empty, private /tmp,
/// /proc and /dev, own process and IPC namespaces, no capabilities, no new privileges, death with
/// the parent. Works as root and as another user. Network and user ids are the host's.
class Bubblewrap final : public Sandbox {
  public:
    Bubblewrap(std::string program, SandboxPaths paths);

    Command wrap(Command command) const override;
    std::string description() const override;

  private:
    std::string program_;
    SandboxPaths paths_;
};

/// Finds bwrap in the usual folders; Code::unavailable with what to install otherwise.
Result<std::unique_ptr<Sandbox>> make_sandbox(SandboxPaths paths);

}  // namespace triphammer::execution
