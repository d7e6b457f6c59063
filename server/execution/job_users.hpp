#pragma once
// What makes a runner of root's an ordinary user who is root over its own job (docs/adr/0023): a
// user namespace that knows two users, the runner and the steps. Every right that the runner has in
// it counts for files and processes of these two, and for what was made in it: sandboxes, the job's
// network. To the rest of the machine it is somebody without any. Source: user_namespaces(7).

#include "base/file.hpp"
#include "base/result.hpp"

#include <sys/types.h>

namespace triphammer::execution {

class JobUsers {
  public:
    /// The namespace, with nobody in it and no user known to it, and an empty network that belongs
    /// to it. Only as root. Code::unavailable.
    static Result<JobUsers> make();

    FileDescriptor take_network() { return std::move(network_); }

    /// From now on this process, of one thread, is `runner`, whose number is 0 inside; `steps` is
    /// the same inside and outside. It keeps its supplementary groups. No program that it starts
    /// has more rights. Once; after an error the process is not to be used any further.
    Result<> enter(uid_t runner, uid_t steps);

  private:
    FileDescriptor space_;
    FileDescriptor network_;
    FileDescriptor users_;  // who is known: to be written once
    FileDescriptor groups_;
};

}  // namespace triphammer::execution
