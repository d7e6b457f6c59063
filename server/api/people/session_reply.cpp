#include "api/people/session_reply.hpp"

#include "access/setup.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

http::Response reply_session(
    const Services& services, const Result<Secret>& cookie, std::string_view role
) {
    if (!cookie) return http::make_error(cookie.error());
    auto response = reply(200, nlohmann::json{{"role", role}});
    const bool secure = services.base_url.starts_with("https://");
    response.headers.add("Set-Cookie", access::make_session_cookie(*cookie, secure));
    return response;
}

store::UserId user_of(const access::Principal& who) {
    constexpr std::string_view kUser = "user:";
    if (!who.id.starts_with(kUser)) return {};
    const auto id = parse_integer(std::string_view{who.id}.substr(kUser.size()));
    return store::UserId{id.value_or(0)};
}

nlohmann::json identity_json(const std::optional<store::IdentityRow>& identity) {
    if (!identity) return {};
    return {{"id", identity->number}, {"login", identity->login}};
}

}  // namespace triphammer::api
