#pragma once
// Submodules of a commit: where its tree has commits of other repositories, and what .gitmodules
// says of them. That file is a stranger's: names and paths that git itself has had to refuse are
// errors here. Pure. Sources: gitmodules(5), git-submodule(1), submodule-config.c of Git.

#include "base/result.hpp"
#include "git/repository.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::git {

struct Module {
    std::string name;  // in .gitmodules
    std::string path;  // in the working tree
    std::string url;   // in full: https://, http:// or ssh://
    std::string commit;

    friend bool operator==(const Module&, const Module&) = default;
};

/// What `text` means in the .gitmodules of a repository at `parent`: "../lib.git" stands beside it,
/// "git@HOST:PATH" is ssh://git@HOST/PATH. Code::invalid for what is no address on a host.
Result<std::string> resolve_module_url(std::string_view parent, std::string_view text);

/// The same repository over https, which needs no key, where `url` is for ssh; else `url`.
std::string as_https(std::string_view url);

/// `config`: what `git config --list -z` prints of .gitmodules. Code::invalid for a link that it
/// does not name, or names dangerously.
Result<std::vector<Module>> match_modules(
    std::string_view config, const std::vector<TreeLink>& links, std::string_view parent
);

/// Whether two addresses mean the same repository: host and path, whatever the scheme, without case
/// and ".git".
bool is_same_repository(std::string_view a, std::string_view b);

}  // namespace triphammer::git
