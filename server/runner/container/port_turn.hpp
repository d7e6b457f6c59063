#pragma once
// Jobs that ask for the same port of this machine take turns: at GitHub each has a machine of its
// own, so files say 5432:5432 and mean no harm.

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "runner/session/job_session.hpp"

#include <cstdint>
#include <vector>

namespace triphammer::runner {

/// Holds ports against other runners of this machine until it is destroyed or the process dies.
/// Says nothing about programs that are no runners.
class PortTurn {
  public:
    /// Waits until all are ours, the lowest first, so that no two jobs wait for each other; step 0
    /// says so. May be cancelled.
    Task<Result<>> take(JobSession& session, std::vector<std::uint16_t> ports);

  private:
    std::vector<FileDescriptor> held_;
};

}  // namespace triphammer::runner
