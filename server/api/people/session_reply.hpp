#pragma once
// A browser's session that begins, and whose it is.

#include "api/call/call.hpp"
#include "base/secret.hpp"
#include "store/people/identity_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

namespace triphammer::api {

/// 200 with the role and the cookie, or the error's answer.
http::Response reply_session(
    const Services& services, const Result<Secret>& cookie, std::string_view role
);

/// The account that this principal is; none for tokens, set-up links and the admin socket.
store::UserId user_of(const access::Principal& who);

/// Nothing where `given` is the password of the account that asks; else the answer, which counts
/// as a guess: 403, so that the page does not think the session has ended, or 429. `action` is the
/// refusal's in the audit, `wrong` what it says.
Task<std::optional<http::Response>> refuse_password(
    Services& services, const Call& call, Secret given, std::string action, std::string wrong
);

/// Number and name at GitHub, or null.
nlohmann::json identity_json(const std::optional<store::IdentityRow>& identity);

}  // namespace triphammer::api
