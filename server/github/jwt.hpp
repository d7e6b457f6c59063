#pragma once
// How a GitHub App says who it is: a JSON Web Token signed with the App's private key. Sources: RFC
// 7519, RFC 7518 section 3.3 (RS256), GitHub's page "Generating a JSON Web Token for a GitHub App".

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>

namespace triphammer::github {

/// Good for nine minutes from `now` on, and since a minute before: clocks differ. Code::invalid:
/// the key is no RSA key in PEM.
Result<Secret> make_app_jwt(const std::string& app_id, const Secret& key, TimePoint now);

}  // namespace triphammer::github
