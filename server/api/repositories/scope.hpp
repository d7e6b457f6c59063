#pragma once

#include "access/secrets.hpp"
#include "api/call/call.hpp"
#include "base/result.hpp"

#include <string>

namespace triphammer::api {

/// The scope that a request names: a repository by its name, an environment by its name, or
/// neither, in the caller's reach. Code::not_found, Code::refused.
Result<access::SecretScope> find_scope(
    store::Connection& connection,
    const Call& call,
    const std::string& repository,
    const std::string& environment
);

/// A secret or a variable as the audit names it: "KEY", "KEY of production".
std::string key_name(const std::string& name, const access::SecretScope& scope);

/// The body that sets a secret or a variable.
struct NewKey {
    std::string value;
    std::string repository;   // OWNER/NAME, or empty
    std::string environment;  // or empty
};

/// Code::invalid names the field.
Result<NewKey> read_new_key(const Call& call);

}  // namespace triphammer::api
