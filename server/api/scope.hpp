#pragma once

#include "access/secrets.hpp"
#include "base/result.hpp"

#include <string>

namespace triphammer::api {

/// The scope that a request names: a repository by its name, an environment by its name, or
/// neither. Code::not_found.
Result<access::SecretScope> find_scope(
    store::Connection& connection, const std::string& repository, const std::string& environment
);

}  // namespace triphammer::api
