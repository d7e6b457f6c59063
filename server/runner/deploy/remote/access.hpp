#pragma once
// How an engine on another machine is reached, as the workflow says it (docs/adr/0089). Pure.
// Source: docs.docker.com, "Protect the Docker daemon socket"; docker(1), the forms of DOCKER_HOST.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "runner/deploy/ssh/wire.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// tcp://machine:port or ssh://user@machine[:port].
struct EngineRemote {
    bool is_ssh = false;
    SshAddress address;  // of tcp without a user

    /// One spelling.
    std::string text() const;
};

struct EngineAccess {
    EngineRemote place;
    std::string known;  // of ssh: known_hosts; of tcp: certificates of who signed the engine's
    Secret key;         // of ssh: a private key; of tcp: our certificate and its private key
};

/// Code::invalid. The port of tcp has to be said.
Result<EngineRemote> parse_engine_remote(std::string_view text);

/// Code::invalid names the key of the workflow and what belongs there.
Result<EngineAccess> make_engine_access(std::string_view host, std::string known, std::string key);

/// Of ssh, behind the client's name: for one connection to the engine there.
std::vector<std::string> make_dial_arguments(const SshAddress& address, const std::string& folder);
/// For the connection that all others go through while it is there. It leads to the engine as they
/// do, because that may be all that the key is good for.
std::vector<std::string> make_trunk_arguments(const SshAddress& address, const std::string& folder);

/// The files in `folder`, where the client stands.
inline constexpr const char* kEngineKey = "key";
inline constexpr const char* kEngineKnownHosts = "known_hosts";

}  // namespace triphammer::runner
