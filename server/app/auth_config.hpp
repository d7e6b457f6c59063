#pragma once
// `auth.github` of the configuration: who signs in through GitHub, and as what.

#include "app/config.hpp"
#include "github/oauth.hpp"

#include <optional>

namespace triphammer::app {

inline constexpr std::string_view kAuthKeys = "auth.";

/// `path` begins with kAuthKeys: "auth.github.client_id". Lists take items one by one, or with
/// commas between. Code::invalid says what it may be.
Result<> set_auth_key(Config& config, const std::string& path, const std::string& value);

/// Every key, for variables of the environment.
const std::vector<std::string>& auth_paths();

/// Nothing is set, or all that it needs: the client, its secret and public_url.
Result<> check_auth(const Config& config);

/// (path, value); secrets as "(set)" or "(not set)".
std::vector<std::pair<std::string, std::string>> describe_auth(const Config& config);

/// Nothing where auth.github is not set.
std::optional<github::OAuthClient> oauth_client(const Config& config);

}  // namespace triphammer::app
