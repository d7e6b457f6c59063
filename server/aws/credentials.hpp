#pragma once

#include "base/secret.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace triphammer::aws {

/// Long-term keys have no session token.
struct Credentials {
    std::string access_key;
    Secret secret_key;
    Secret session_token;
};

/// The value of an environment variable; empty where it is not set.
using Variables = std::function<std::string(std::string_view name)>;

}  // namespace triphammer::aws
