#pragma once
// What `ssh` is told for one fetch: the key, and the hosts' keys that are believed. Both lie in
// memory only, and are gone with this object.

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace triphammer::git {

/// The keys that GitHub publishes for its hosts ("GitHub's SSH key fingerprints"), as lines of
/// known_hosts.
std::string_view github_host_keys();

class SshAccess {
  public:
    /// `known_hosts`: lines; no other host is talked to.
    static Result<SshAccess> open(const Secret& key, std::string_view known_hosts);

    /// For GIT_SSH_COMMAND, as long as this lives: nothing of a person's or the machine's
    /// configuration counts, nothing is asked, no key of a host is learned.
    std::string command() const;

  private:
    SshAccess(FileDescriptor key, FileDescriptor hosts);

    FileDescriptor key_;
    FileDescriptor hosts_;
};

}  // namespace triphammer::git
