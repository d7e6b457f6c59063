#pragma once
// One `git fetch` into a mirror, and what its failures mean.

#include "base/secret.hpp"
#include "git/child.hpp"
#include "git/url.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace triphammer::git {

/// Where a mirror is filled from. The token (may be empty) goes into the environment of the one
/// child that fetches, bound to the address's origin.
struct Remote {
    RemoteUrl url;
    Secret token;
    bool as_user = false;          // with whatever the git of this process's user has, never asking
    Secret ssh_key = {};           // for ssh://, a deploy key; empty: what this machine has
    std::string known_hosts = {};  // with a key: the hosts' own keys, no others are believed
};

struct FetchRequest {
    std::filesystem::path mirror;
    Remote remote;
    std::vector<std::string> refspecs;  // exact: "+refs/heads/main:refs/heads/main", or an id
    ChildLimits limits;
    bool prune = false;  // refs that patterns among the refspecs name and the host has no longer go
};

/// Errors:
///   unauthorized  the host refused the credential (or the lack of one), or is not the known one
///   not_found     the repository is gone, or hidden from this credential
///   conflict      one of the refspecs is not there (any more)
///   timed_out     the host stays silent or is too slow
///   unavailable   the host cannot be reached, answers with errors, moved the repository, …
Task<Result<>> fetch(Spawner& spawner, FetchRequest request);

/// What the standard error of a failed fetch says, as an Error. Pure.
Error explain_failure(const std::string& errors, const std::string& host);

}  // namespace triphammer::git
