#pragma once
// A deploy key: an Ed25519 pair (RFC 8032) made here, in the forms that OpenSSH reads.

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>

namespace triphammer::access {

struct DeployKey {
    Secret private_half;      // "-----BEGIN OPENSSH PRIVATE KEY-----" … (PROTOCOL.key of OpenSSH)
    std::string public_half;  // "ssh-ed25519 AAAA… COMMENT" (RFC 8709)
};

/// `comment` says at the forge whose it is; no blanks, no line breaks.
Result<DeployKey> make_deploy_key(Random& random, const std::string& comment);

}  // namespace triphammer::access
