#include "github/client.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace triphammer::github {

using namespace std::chrono_literals;

namespace {

constexpr int kMaxRedirects = 3;
// A limit without a time: GitHub asks for a minute at least.
constexpr auto kUnknownWait = 60s;
constexpr auto kLongestWait = 2h;

std::optional<std::int64_t> number_in(const http::Headers& headers, std::string_view name) {
    const auto text = headers.find(name);
    return text ? parse_integer(*text) : std::nullopt;
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 307 || status == 308;
}

}  // namespace

std::optional<TimePoint> find_wait(int status, const http::Headers& headers, TimePoint now) {
    if (status != 403 && status != 429) return std::nullopt;
    const auto latest = now + kLongestWait;
    if (const auto seconds = number_in(headers, "Retry-After")) {
        return std::min<TimePoint>(
            now + std::chrono::seconds{std::min<std::int64_t>(*seconds, 86'400)}, latest
        );
    }
    const auto reset = number_in(headers, "X-RateLimit-Reset");
    if (number_in(headers, "X-RateLimit-Remaining") == 0 && reset) {
        // A second more: the forge's clock and ours differ, and it counts in whole seconds.
        const auto capped = std::min<std::int64_t>(*reset, to_unix_ms(latest) / 1000);
        return std::max<TimePoint>(from_unix_ms(capped * 1000) + 1s, now + 1s);
    }
    if (status == 429) return now + kUnknownWait;
    return std::nullopt;
}

std::string repository_path(const std::string& repository) {
    const auto slash = std::min(repository.find('/'), repository.size());
    const auto name = repository.substr(std::min(slash + 1, repository.size()));
    return "/repos/" + percent_encode(repository.substr(0, slash)) + '/' + percent_encode(name);
}

Client::Client(ApiSettings settings, const Clock& clock)
    : settings_{std::move(settings)}, clock_{clock} {}

Task<Result<ApiAnswer>> Client::get(std::string path) const {
    return send(http::Method::get, std::move(path), {});
}

Task<Result<ApiAnswer>> Client::get(std::string path, std::string etag) const {
    auto call = make_call(http::Method::get, {});
    if (!etag.empty()) call.headers.add("If-None-Match", std::move(etag));
    return exchange(std::move(path), std::move(call));
}

Task<Result<ApiAnswer>> Client::patch(std::string path, std::string json) const {
    return send(http::Method::patch, std::move(path), std::move(json));
}

Task<Result<ApiAnswer>> Client::post(std::string path, std::string json) const {
    return send(http::Method::post, std::move(path), std::move(json));
}

Task<Result<ApiAnswer>> Client::remove(std::string path) const {
    return send(http::Method::delete_, std::move(path), {});
}

Task<Result<ApiAnswer>> Client::create_status(std::string repository, CommitStatus status) const {
    nlohmann::json body{
        {"state", status.state}, {"context", status.context}, {"description", status.description}};
    if (!status.target_url.empty()) body["target_url"] = status.target_url;
    auto path = repository_path(repository) + "/statuses/" + percent_encode(status.sha);
    return post(
        std::move(path), body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
    );
}

Task<Result<ApiAnswer>> Client::send(http::Method method, std::string path, std::string json)
    const {
    return exchange(std::move(path), make_call(method, json));
}

Task<Result<ApiAnswer>> Client::exchange(std::string path, http::Call call) const {
    auto url = settings_.base;
    if (url.target.ends_with('/')) url.target.pop_back();
    url.target += path;
    for (int hop = 0; hop <= kMaxRedirects; ++hop) {
        auto endpoint = http::endpoint_of(url);
        endpoint.ca_file = settings_.ca_file;
        const http::Client client{std::move(endpoint)};
        call.target = url.target;
        auto sending = client.send(call);
        auto answer = co_await std::move(sending);
        if (!answer) co_return answer.error();
        const auto location = answer->headers.find("Location");
        if (!is_redirect(answer->status) || !location) {
            ApiAnswer out;
            out.status = answer->status;
            out.wait_until = find_wait(answer->status, answer->headers, clock_.now());
            out.headers = std::move(answer->headers);
            out.body = std::move(answer->body);
            co_return out;
        }
        auto next = http::resolve_location(url, *location);
        if (!next) co_return with_context("a redirect of the forge", next.error());
        if (!next->same_origin(url)) {
            co_return Error{Code::protocol, "the forge redirects to another host: " + next->host};
        }
        url = std::move(*next);
    }
    co_return Error{Code::protocol, "the forge redirects without end"};
}

http::Call Client::make_call(http::Method method, const std::string& json) const {
    http::Call call;
    call.method = method;
    call.body_limit = settings_.body_limit;
    call.headers.add("Accept", "application/vnd.github+json");
    call.headers.add("X-GitHub-Api-Version", "2022-11-28");
    if (!settings_.token.empty()) {
        call.headers.add("Authorization", "Bearer " + settings_.token.reveal());
    }
    if (!json.empty()) call.headers.add("Content-Type", "application/json");
    call.body = json;
    return call;
}

}  // namespace triphammer::github
