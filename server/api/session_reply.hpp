#pragma once
// A browser's session that begins.

#include "api/handlers.hpp"
#include "base/secret.hpp"

#include <string_view>

namespace triphammer::api {

/// 200 with the role and the cookie, or the error's answer.
http::Response reply_session(
    const Services& services, const Result<Secret>& cookie, std::string_view role
);

}  // namespace triphammer::api
