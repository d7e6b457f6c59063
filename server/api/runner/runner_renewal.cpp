// POST /runner/v1/token: another GITHUB_TOKEN for an attempt whose own ends soon.
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "launch/job_tokens.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

Answer renew_job_token(Services& services, Call call) {
    if (services.tokens == nullptr) {
        co_return http::make_error(not_found("this server has no GitHub App"));
    }
    auto token = token_of(call.request);
    auto find = [&](store::Connection& db) { return find_fence(db, token); };
    auto finding = services.database.read(find);
    const auto fence = co_await std::move(finding);
    if (!fence) co_return http::make_error(fence.error());
    auto renewing = services.tokens->renew(*fence);
    const auto renewed = co_await std::move(renewing);
    if (!renewed) co_return http::make_error(renewed.error());
    const nlohmann::json out{
        {"token", renewed->value.reveal()}, {"expires_at", to_unix_ms(renewed->expires_at)}};
    co_return reply(200, out);
}

}  // namespace triphammer::api
