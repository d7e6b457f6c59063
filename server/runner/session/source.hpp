#pragma once
// Sources: a pack from the daemon, unpacked by git inside a sandbox. No credential reaches the
// folder.
//
//   POST /runner/v1/source   (Authorization: Bearer TOKEN, Triphammer-Fence: N)
//   body: empty (the job's commit, alone), or JSON: repository (OWNER/REPO, registered there);
//         commit | ref (in full), depth (0: all, with all branches and tags), tags (all of them);
//         action (OWNER/REPO) or module (URL) with commit; have (a commit whose files are here)
//   200 → Triphammer-Commit: SHA, Triphammer-Origin: URL, Triphammer-Ref: of another repository
//   whose
//         default was meant; "ref ID NAME" and "shallow SHA" pkt-lines · flush · "NAK" pkt-line ·
//         pack (gitprotocol-pack(5), version 0); "ACK" instead: a thin one, upon what is here
//   404, 409 → the commit has vanished; 403 → the action or the repository is not allowed

#include "base/result.hpp"
#include "base/task.hpp"
#include "runner/session/unpack.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::runner {

class Session;

/// 40 lower-case hex digits.
bool is_commit_id(std::string_view text);

struct SourceAsk {
    std::string action;      // OWNER/REPO
    std::string repository;  // OWNER/REPO
    std::string module;      // a submodule's URL; all empty: the job's own repository
    std::string commit;
    std::string ref;
    std::int64_t depth = 1;  // 0: all
    bool tags = false;
    std::string have;  // a commit whose files are here: what it lacks is enough

    bool is_own() const { return action.empty() && repository.empty() && module.empty(); }

    bool is_usual() const {
        return is_own() && commit.empty() && ref.empty() && depth == 1 && !tags;
    }
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
