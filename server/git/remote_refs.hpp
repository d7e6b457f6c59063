#pragma once

#include "git/child.hpp"

#include <string>

namespace triphammer::git {

/// The commit that a tag (peeled) or else a branch of a repository on another host has now, as `git
/// ls-remote` says. Only http and https are spoken. Code::not_found: there is none.
Task<Result<std::string>> find_remote_commit(Spawner& spawner, std::string url, std::string name);

}  // namespace triphammer::git
