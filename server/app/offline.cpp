#include "app/offline.hpp"

#include "api/call/services.hpp"
#include "api/live/live_hub.hpp"
#include "api/router.hpp"
#include "app/audit_keeper.hpp"
#include "app/core.hpp"
#include "app/run_here.hpp"
#include "app/services.hpp"
#include "base/text.hpp"

#include <unistd.h>

#include <filesystem>
#include <optional>

namespace triphammer::app {

namespace {

http::Method method_of(const std::string& name) {
    if (name == "POST") return http::Method::post;
    if (name == "PUT") return http::Method::put;
    if (name == "DELETE") return http::Method::delete_;
    return http::Method::get;
}

void split_target(const std::string& target, http::Request& request) {
    const auto question = target.find('?');
    request.target = target;
    request.path = target.substr(0, question);
    for (const auto part : split(std::string_view{request.path}.substr(1), '/')) {
        request.segments.push_back(percent_decode(part).value_or(""));
    }
    if (question == std::string::npos) return;
    for (const auto field : split(std::string_view{target}.substr(question + 1), '&')) {
        const auto equals = field.find('=');
        const auto value = equals == std::string_view::npos ? "" : field.substr(equals + 1);
        request.query.add(
            percent_decode(field.substr(0, equals), true).value_or(""),
            percent_decode(value, true).value_or("")
        );
    }
}

/// As it would come in over the admin socket from this user.
http::Request make_request(
    const std::string& method, const std::string& target, const std::string& body
) {
    http::Request request;
    request.method = method_of(method);
    split_target(target, request);
    request.headers.set("Content-Type", "application/json");
    request.content_length = body.size();
    request.body = body;
    request.listener = api::kAdminListener;
    request.peer.address = "unix";
    request.peer.unix_peer = http::UnixPeer{::geteuid(), ::getegid(), ::getpid()};
    return request;
}

class Collector : public http::BodyWriter {
  public:
    Task<Result<>> write(std::string bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

/// Texts, and what is made while it is sent.
Task<OfflineAnswer> answer_of(http::Response response) {
    OfflineAnswer out{response.status, {}};
    if (auto* text = std::get_if<std::string>(&response.body)) out.body = std::move(*text);
    if (const auto* stream = std::get_if<http::StreamBody>(&response.body)) {
        Collector collector;
        auto sending = (*stream)(collector);
        co_await std::move(sending);
        out.body = std::move(collector.text);
    }
    co_return out;
}

Task<OfflineAnswer> handle(http::Handler handler, http::Request request) {
    auto handling = handler(std::move(request));
    auto response = co_await std::move(handling);
    auto reading = answer_of(std::move(response));
    co_return co_await std::move(reading);
}

/// The whole life of the API for one request; everything ends before it returns.
Task<> answer(
    const Config& config,
    Core& core,
    Executor executor,
    http::Request request,
    std::optional<OfflineAnswer>& out
) {
    api::LiveHub live{executor, *core.database};
    auto services = make_services(config, core, live);
    api::Router router{services};
    auto decision = router.route(request);
    if (decision.early) {
        auto reading = answer_of(std::move(*decision.early));
        out = co_await std::move(reading);
        co_return;
    }
    auto handling = handle(decision.handler, std::move(request));
    out = co_await std::move(handling);
    auto keeping = keep_audit_head(core, config.data);
    co_await std::move(keeping);
}

/// What sets a server up may come before its first start; what only makes sense of a server that is
/// there must not make an empty one of a path with a typing mistake.
bool may_begin_server(const std::string& method, const std::string& target) {
    return method != "GET" && target != "/api/v1/backup" && target != "/api/v1/master-key/rotate";
}

Result<> check_database(const Config& config) {
    const auto data = std::filesystem::absolute(config.data).lexically_normal();
    std::error_code ignored;
    if (std::filesystem::exists(data / "triphammer.db", ignored)) return {};
    return not_found(
        "no server has its data in " + data.string() +
        ": say where it is (--data, or --config with `data`)"
    );
}

}  // namespace

Result<OfflineAnswer> call_offline(
    const Config& config,
    const std::string& method,
    const std::string& target,
    const std::string& body
) {
    if (!may_begin_server(method, target)) {
        if (auto there = check_database(config); !there) return there.error();
    }
    auto core = open_core(config);
    if (!core) return Error{Code::conflict, core.error().message};
    auto request = make_request(method, target, body);
    std::optional<OfflineAnswer> out;
    run_here([&](Executor executor) { return answer(config, **core, executor, request, out); });
    return std::move(*out);
}

}  // namespace triphammer::app
