#pragma once
// Sources: a pack from the daemon, unpacked by git inside the sandbox. Hooks, filters, fsmonitor
// and configuration of anybody else are off; no credential reaches the folder.
//
//   POST /runner/v1/source   (Authorization: Bearer TOKEN, Triphammer-Fence: N)
//   body: empty (the job's commit, alone), or JSON: commit | ref (in full), depth (0: all);
//         action (OWNER/REPO) with commit
//   200 → Triphammer-Commit: SHA; "shallow SHA" pkt-lines · flush · "NAK" pkt-line · pack
//         (gitprotocol-pack(5), version 0)
//   404 → the commit has vanished; 403 → the action is not allowed

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

class Session;

/// 40 lower-case hex digits.
bool is_commit_id(std::string_view text);

struct SourceAsk {
    std::string action;  // OWNER/REPO; empty: the job's own repository
    std::string commit;
    std::string ref;
    std::int64_t depth = 1;  // 0: all

    bool is_usual() const { return action.empty() && commit.empty() && ref.empty() && depth == 1; }
};

struct SourcePlace {
    std::string folder;               // outside name; what it holds is replaced
    std::string head;                 // a branch or tag in full that HEAD becomes, or empty
    std::vector<std::string> sparse;  // patterns; empty: everything
    bool cone = true;                 // they are folders
};

/// The commit that is there now. Git's words go to the log of `step`. Code::not_found when there is
/// no such commit or ref, Code::refused for an action that is not allowed, Code::disk_full,
/// Code::unavailable when the daemon is away for more than ten minutes.
Task<Result<std::string>> fetch_source(
    Session& session, int step, SourceAsk ask, SourcePlace place
);

/// The job's own commit into `folder` (outside name, in the workspace).
Task<Result<>> fetch_commit(Session& session, int step, std::string folder);

}  // namespace triphammer::runner
