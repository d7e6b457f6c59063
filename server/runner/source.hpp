#pragma once
// The source of the job's commit: a pack from the daemon, unpacked by git inside the sandbox.
// Hooks, filters, fsmonitor and configuration of anybody else are off; no credential reaches the
// folder.
//
//   POST /runner/v1/source   (Authorization: Bearer TOKEN, Triphammer-Fence: N)
//   200 → "shallow SHA" pkt-lines · flush · "NAK" pkt-line · pack (gitprotocol-pack(5), version 0)
//   404 → the commit has vanished

#include "base/result.hpp"
#include "base/task.hpp"

#include <string>

namespace triphammer::runner {

class Session;

/// Replaces what `folder` (outside name, in the workspace) holds. Git's words go to the log of
/// `step`. Code::not_found when the commit has vanished, Code::disk_full, Code::unavailable when
/// the daemon is away for more than ten minutes.
Task<Result<>> fetch_commit(Session& session, int step, std::string folder);

}  // namespace triphammer::runner
