#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "git/mirror.hpp"
#include "git/upload_pack.hpp"
#include "launch/runner_gateway.hpp"
#include "store/attempt_store.hpp"
#include "store/database.hpp"
#include "store/job_store.hpp"
#include "store/run_store.hpp"

namespace triphammer::api {

namespace {

/// The commit that an attempt may have, known by the attempt's token.
struct Source {
    model::RepositoryId repository;
    std::string sha;
};

std::string token_of(const http::Request& request) {
    const auto field = request.headers.find("Authorization").value_or("");
    if (field.size() < 8 || !equal_ignoring_case(field.substr(0, 7), "Bearer ")) return {};
    return std::string{trim(field.substr(7))};
}

Result<Source> find_source(store::Connection& connection, const std::string& token) {
    const Error unknown{Code::unauthorized, "the token is not of a running attempt"};
    const auto attempt = store::find_attempt_by_token(connection, sha256_hex(token));
    if (!attempt || model::is_final(attempt->state)) return unknown;
    const auto job = store::find_job(connection, attempt->job);
    if (!job) return unknown;
    const auto run = store::find_run(connection, job->run);
    if (!run) return unknown;
    return Source{run->repository, run->sha};
}

Task<> send_pack(Services& services, Source source, http::BodyWriter& writer) {
    const auto mirror = services.mirrors->path_of(source.repository);
    auto forward = [&writer](std::string bytes) { return writer.write(std::move(bytes)); };
    auto sending = git::send_source(*services.spawner, mirror, source.sha, std::move(forward));
    const auto sent = co_await std::move(sending);
    // The head is gone already: a cut chunked body tells the runner that the pack is not whole.
    if (!sent) throw std::runtime_error("the source could not be sent: " + sent.error().message);
}

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

Answer runner_source(Services& services, Call call) {
    const auto token = token_of(call.request);
    auto find = [&](store::Connection& connection) { return find_source(connection, token); };
    auto asked = services.database.read(find);
    const auto source = co_await std::move(asked);
    if (!source) co_return http::make_error(source.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/x-git-upload-pack-result");
    response.body = http::StreamBody{[&services, source = *source](http::BodyWriter& writer) {
        return send_pack(services, source, writer);
    }};
    co_return response;
}

}  // namespace triphammer::api
