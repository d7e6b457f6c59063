#pragma once
// A pack becomes a working tree with a repository of its own. Git does it as the steps' user, in a
// sandbox without network where there are namespaces: hooks, filters, fsmonitor and configuration
// of anybody else are off.

#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/sandbox.hpp"
#include "runner/session/pack_reader.hpp"
#include "runner/session/step_executor.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

class Session;

struct SourcePlace {
    std::string folder;               // outside name; what it holds is replaced, but
    bool keeps_files = false;         // of a checkout of the same repository git's own files alone
    std::string head;                 // a branch, tag or pull request in full that HEAD becomes
    std::vector<std::string> sparse;  // patterns; empty: everything
    bool cone = true;                 // they are folders
    bool has_modules = false;         // its submodules will be there
    bool is_action = false;           // its folder is not in the workspace
};

struct Unpacking {
    SourcePlace place;
    std::filesystem::path parts;  // a folder with the file `pack`; more is put there
    std::string commit;
    std::string origin;                  // the remote's URL; empty: no remote
    std::optional<Underlay> under = {};  // whose files are moved into the folder first
};

/// For git among people who are not to be believed: PATH, HOME and settings, nothing inherited.
std::vector<std::string> git_environment(const std::string& home);

/// What becomes .git/packed-refs: the refs that were sent, and `head` at the commit under the names
/// that GitHub's checkout gives it. Pure.
std::string make_packed_refs(const PackReader& sent, const std::string& head, std::string commit);

/// What becomes .git/HEAD: a branch, or the commit. Pure.
std::string make_head(const std::string& head, const std::string& commit);

/// What .git/config gets besides: the remote, without a credential, and what the branch follows.
/// Pure.
std::string make_remote_config(const std::string& origin, const std::string& head);

/// What git sees of this machine: the folder, the pack, no network.
execution::Sandbox make_unpack_sandbox(
    const JobFolders& folders, std::vector<std::string> hidden, const Unpacking& unpacking
);

/// Where git puts the files: as it is named, or the same place on the attempt's overlay. Pure.
std::string git_folder(const JobFolders& folders, const Unpacking& unpacking);

/// Git's own words go to the log of `step`. Code::io where git fails.
Task<Result<>> unpack(Session& session, int step, Unpacking unpacking, const PackReader& sent);

}  // namespace triphammer::runner
