#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "launch/runner_gateway.hpp"

namespace triphammer::api {

namespace {

/// The runner of another data directory, which had this socket before: it has to end (F1).
bool is_strangers(const Services& services, const http::Request& request) {
    const auto named = request.headers.find("Triphammer-Server");
    return named && *named != services.server_id;
}

}  // namespace

Answer runner_socket(Services& services, Call call) {
    if (services.gateway == nullptr ||
        !call.request.headers.has_token("Upgrade", "triphammer-runner")) {
        co_return http::make_error(426, "invalid", "this path speaks the runner protocol");
    }
    if (is_strangers(services, call.request)) {
        co_return http::make_error(410, "refused", "this runner belongs to another server");
    }
    http::Response response{101};
    http::Upgrade upgrade;
    upgrade.protocol = "triphammer-runner";
    upgrade.run = [&services](std::unique_ptr<http::Stream> stream) {
        return services.gateway->serve(std::move(stream));
    };
    response.body = std::move(upgrade);
    co_return response;
}

}  // namespace triphammer::api
