#include "report/forge_fixture.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <optional>

namespace triphammer::testing {

namespace {

using nlohmann::json;

/// A key of each test run's own: making one takes a tenth of a second.
const Secret& app_key() {
    static const Secret kKey = [] {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair{
            EVP_RSA_gen(2048), EVP_PKEY_free};
        const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
        PEM_write_bio_PrivateKey(out.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* text = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &text);
        return Secret{std::string(text, static_cast<std::size_t>(size))};
    }();
    return kKey;
}

Task<http::Response> answer_later(http::Response response) {
    co_return response;
}

Task<> serve(
    Executor executor,
    Forge& forge,
    const Clock& clock,
    const Talk& talk,
    std::optional<Result<github::ApiAnswer>>& out
) {
    http::Server server{executor, forge};
    const auto port = server.listen_tcp("127.0.0.1", 0, "forge").value();
    github::ApiSettings api;
    api.base = http::parse_url("http://127.0.0.1:" + std::to_string(port)).value();
    api.token = Secret{"token"};
    github::App app{api, clock};
    if (forge.has_app) app.use(github::AppIdentity{"4711", app_key()});
    github::Clients clients{api, app, clock};
    auto talking = talk(clients);
    out = co_await std::move(talking);
    co_await server.stop(std::chrono::seconds{1});
}

}  // namespace

http::RouteDecision Forge::route(const http::RequestHead& head) {
    http::RouteDecision decision;
    decision.body_limit = 1U << 20U;
    decision.handler = [this, method = head.method, target = head.target](http::Request request) {
        auto body = json::parse(request.body, nullptr, false);
        return answer_later(answer({method, target, std::move(body)}));
    };
    return decision;
}

http::Response Forge::answer(const ForgeRequest& request) {
    if (request.path.ends_with("/installation")) {
        const json rights{{"checks", "write"}, {"deployments", "write"}, {"metadata", "read"}};
        return http::make_json(200, json{{"id", 7}, {"permissions", rights}}.dump());
    }
    if (request.path == "/app/installations/7/access_tokens") {
        const json token{
            {"token", "ghs_x"},
            {"expires_at", "2100-01-01T00:00:00Z"},
            {"permissions", request.body.value("permissions", json::object())}};
        return http::make_json(201, token.dump());
    }
    asked.push_back(request);
    return answer_(request);
}

std::vector<std::string> Forge::changes() const {
    std::vector<std::string> out;
    for (const auto& request : asked) {
        if (request.method == http::Method::get) continue;
        out.push_back(std::string{http::name_of(request.method)} + ' ' + request.path);
    }
    return out;
}

Result<github::ApiAnswer> talk_to(Forge& forge, const Clock& clock, Talk talk) {
    std::optional<Result<github::ApiAnswer>> out;
    run_until_done([&](Executor executor) { return serve(executor, forge, clock, talk, out); });
    return *out;
}

}  // namespace triphammer::testing
