#pragma once
// Where a repository is fetched from, and with what. Pure; any thread.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "git/fetch.hpp"
#include "git/url.hpp"
#include "store/repository_store.hpp"

#include <string>

namespace triphammer::access {
class Sealer;
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

}  // namespace triphammer::intake
