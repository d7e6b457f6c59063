#pragma once
// Where a repository is fetched from, and with what. make_remote is pure; any thread.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "git/fetch.hpp"
#include "git/url.hpp"
#include "store/repository_store.hpp"

#include <string>

namespace triphammer::access {
class Sealer;
}

namespace triphammer::github {
class Clients;
}

namespace triphammer::intake {

struct RemoteSettings {
    git::UrlRules urls;
    /// The server's own token (github.token), for repositories without one, at this host only.
    Secret token;
    std::string token_host;
    std::string known_hosts;  // the hosts' own SSH keys, for deploy keys
};

/// The address and credential that a repository is fetched with. Code::refused or Code::invalid for
/// an address that the rules leave out.
Result<git::Remote> make_remote(
    const store::RepositoryRow& repository,
    const access::Sealer& sealer,
    const RemoteSettings& settings
);

/// The same with a token of the GitHub App, where that is installed on the repository and it has
/// neither token nor key of its own. The logic thread; `clients` may be null, all outlives the
/// call. Errors are App::borrow's, too.
Task<Result<git::Remote>> find_remote(
    store::RepositoryRow repository,
    const access::Sealer& sealer,
    const RemoteSettings& settings,
    github::Clients* clients
);

}  // namespace triphammer::intake
