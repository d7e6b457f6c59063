#include "api/session_reply.hpp"

#include "access/setup.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"

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

}  // namespace triphammer::api
