#pragma once
// A folder of files as a commit of its own: what `triphammer run` hands to its jobs. Uncommitted
// files are in it, ignored ones are not, and nothing in the folder or its repository is changed.

#include "git/child.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace triphammer::git {

struct TreeSnapshot {
    std::filesystem::path root;  // of the repository, or the folder where there is none
    std::string sha;             // HEAD where nothing was changed, else a new commit on top of it
    std::string parent;          // empty: there is none
    std::string ref;             // refs/heads/BRANCH; refs/heads/HEAD where none is checked out
    std::string message;         // of HEAD, its first line
    std::string author;          // of HEAD
    std::string author_email;    // of HEAD
    std::string committed_at;    // of HEAD, ISO 8601
    std::string origin;          // the URL of the remote `origin`, without a credential, or empty
    std::string default_branch;  // of the remote `origin`, as far as it is known here
    bool is_changed = false;     // there are uncommitted files
};

/// Makes `bare`, a repository that must not be there yet, with the commit, the tags and the
/// branches: those of the remote `origin`, and what is only here. It borrows the objects of the
/// folder's own repository. Code::io with git's own words; on the logic thread.
Task<Result<TreeSnapshot>> take_snapshot(
    Spawner& spawner, std::filesystem::path folder, std::filesystem::path bare
);

/// `url` without user and password, where it is for https. Empty: it is not plain enough to be
/// written into a configuration. Pure.
std::string make_public_url(std::string_view url);

}  // namespace triphammer::git
