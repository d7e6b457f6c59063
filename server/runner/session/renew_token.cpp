#include "runner/session/renew_token.hpp"

#include "base/log.hpp"
#include "http/client.hpp"
#include "runner/session/session.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::runner {

namespace {

constexpr std::chrono::minutes kEndsSoon{15};
constexpr Milliseconds kRenewLimit{30'000};
constexpr int kRenewed = 200;

http::Call renewal_call(const Session& session) {
    http::Call call{http::Method::post, "/runner/v1/token"};
    call.headers.add("Authorization", "Bearer " + session.parts().token.reveal());
    call.headers.add("Triphammer-Fence", std::to_string(session.document().fence));
    call.deadline = kRenewLimit;
    return call;
}

}  // namespace

/// What goes wrong the next step meets again; a dead token says so itself.
Task<> renew_token(Session& session) {
    const auto end = session.contexts().token_end();
    if (!end || *end - session.parts().clock.now() > kEndsSoon) co_return;
    const http::Client client{http::unix_endpoint(session.parts().endpoint)};
    auto asking = client.send(renewal_call(session));
    const auto answer = co_await std::move(asking);
    if (!answer || answer->status != kRenewed) {
        log::warning("no other token for the job", {{"status", answer ? answer->status : 0}});
        co_return;
    }
    const auto json = nlohmann::json::parse(answer->body, nullptr, false);
    const bool is_whole = json.is_object() && json.contains("token") && json["token"].is_string() &&
                          json.contains("expires_at") && json["expires_at"].is_number_integer();
    if (!is_whole) co_return;
    const auto token = json["token"].get<std::string>();
    (void)session.masks().add(Secret{token});
    session.contexts().set_token(token, from_unix_ms(json["expires_at"].get<std::int64_t>()));
}

}  // namespace triphammer::runner
