#pragma once
// What a repository's address may look like. Checked when it is saved and again before every use,
// because an address reaches a child `git`, whose own idea of an address is wide: `ext::` runs
// programs, a leading dash is an option, `file:` reads the server's disk. Pure.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::git {

struct UrlRules {
    /// Hosts that may be fetched from ("github.com", "git.example.com:8443"); empty: any host.
    std::vector<std::string> hosts;
    /// Loopback hosts for which plain http is taken ("127.0.0.1", "localhost:3000").
    std::vector<std::string> insecure_hosts;
};

/// An address that was checked; there is no other way to get one.
class RemoteUrl {
  public:
    /// The address in the form that is handed to git.
    const std::string& text() const { return text_; }

    const std::string& scheme() const { return scheme_; }

    /// Host with its port, as written.
    const std::string& host() const { return host_; }

    /// scheme://host[:port]/ : what a credential is bound to.
    std::string origin() const { return scheme_ + "://" + host_ + "/"; }

  private:
    friend Result<RemoteUrl> check_url(std::string_view url, const UrlRules& rules);

    std::string text_;
    std::string scheme_;
    std::string host_;
};

/// Takes https://host/path, ssh://[git@]host/path, and http:// to an insecure host on loopback.
/// Code::invalid for what is no such address, Code::refused for a host that the rules leave out.
Result<RemoteUrl> check_url(std::string_view url, const UrlRules& rules);

}  // namespace triphammer::git
