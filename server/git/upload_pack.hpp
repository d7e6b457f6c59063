#pragma once
// The source of one commit for a runner: the raw answer of `git upload-pack --stateless-rpc` to a
// request that the daemon writes itself (want <sha>, deepen 1, done), so that a runner can ask for
// nothing else. The answer (gitprotocol-pack(5), version 0, without side band):
//   "shallow <sha>" pkt-line, or none for a root commit · flush · "NAK" pkt-line · the pack, raw

#include "git/child.hpp"

#include <filesystem>

namespace triphammer::git {

/// Streams the answer to `on_output`. Code::not_found where the mirror lacks the commit.
Task<Result<>> send_source(
    Spawner& spawner, std::filesystem::path mirror, std::string sha, OnOutput on_output
);

}  // namespace triphammer::git
