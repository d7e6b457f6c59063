#include "base/text.hpp"
#include "doctor/connections.hpp"
#include "github/jwt.hpp"
#include "http/client.hpp"

#include <netdb.h>

#include <ctime>

namespace triphammer::doctor {

namespace {

constexpr std::chrono::seconds kLimit{10};

using Answered = Result<http::Answer>;

Task<Answered> get(http::Url url, std::filesystem::path ca_file, Secret token) {
    auto endpoint = http::endpoint_of(url);
    endpoint.ca_file = std::move(ca_file);
    const http::Client client{std::move(endpoint)};
    http::Call call{http::Method::get, url.target};
    call.deadline = kLimit;
    call.headers.add("Accept", "application/vnd.github+json");
    if (!token.empty()) call.headers.add("Authorization", "Bearer " + token.reveal());
    auto sending = client.send(std::move(call));
    co_return co_await std::move(sending);
}

http::Url below(http::Url base, const std::string& path) {
    if (base.target.ends_with('/')) base.target.pop_back();
    base.target += path;
    return base;
}

/// "Sun, 22 Nov 2026 04:15:08 GMT" (RFC 9110, IMF-fixdate).
std::optional<TimePoint> parse_http_date(std::string_view text) {
    std::tm utc{};
    const std::string copy{text};
    if (::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc) == nullptr) return {};
    return from_unix_ms(static_cast<std::int64_t>(::timegm(&utc)) * 1000);
}

/// "2026-12-01 10:00:00 UTC", or with a numeric offset.
std::optional<TimePoint> parse_expiry(std::string_view text) {
    std::tm time{};
    const std::string copy{text};
    const char* rest = ::strptime(copy.c_str(), "%Y-%m-%d %H:%M:%S", &time);
    if (rest == nullptr) return {};
    long offset = 0;
    std::tm zone{};
    if (::strptime(rest, " %z", &zone) != nullptr) offset = zone.tm_gmtoff;
    return from_unix_ms((static_cast<std::int64_t>(::timegm(&time)) - offset) * 1000);
}

void read_fields(const http::Headers& headers, TimePoint now, ApiFacts& out) {
    if (const auto date = headers.find("Date")) {
        if (const auto at = parse_http_date(*date)) {
            out.ahead = std::chrono::round<std::chrono::seconds>(now - *at);
        }
    }
    if (const auto scopes = headers.find("X-OAuth-Scopes")) out.scopes = std::string{*scopes};
    if (const auto left = headers.find("X-RateLimit-Remaining"))
        out.remaining = parse_integer(*left);
    if (const auto end = headers.find("GitHub-Authentication-Token-Expiration")) {
        out.expires_at = parse_expiry(*end);
    }
}

Task<> ask_api(const ConnectionQuestion& question, const Clock& clock, ApiFacts& out) {
    auto asking =
        get(below(question.api.base, "/rate_limit"), question.api.ca_file, question.api.token);
    const auto answer = co_await std::move(asking);
    if (!answer) {
        out.error = answer.error();
        co_return;
    }
    out.status = answer->status;
    read_fields(answer->headers, clock.now(), out);
}

Task<> ask_app(const ConnectionQuestion& question, const Clock& clock, Connections& out) {
    const auto& app = *question.app;
    const auto jwt = github::make_app_jwt(app.id, app.private_key, clock.now());
    if (!jwt) {
        out.app_error = jwt.error().message;
        co_return;
    }
    auto asking = get(below(question.api.base, "/app"), question.api.ca_file, *jwt);
    const auto answer = co_await std::move(asking);
    if (answer) out.app_status = answer->status;
    if (!answer) out.app_error = answer.error().message;
}

Task<> ask_public(const ConnectionQuestion& question, Connections& out) {
    const auto url = http::parse_url(question.public_url);
    if (!url) {
        out.public_answer = url.error().message;
        co_return;
    }
    auto asking = get(below(*url, "/healthz"), {}, {});
    const auto answer = co_await std::move(asking);
    if (!answer) {
        out.public_answer = answer.error().message;
    } else if (answer->status != 200 || trim(answer->body) != "ok") {
        out.public_answer = "the answer to GET /healthz is " + std::to_string(answer->status) +
                            ", and not this server's";
    } else {
        out.public_answer = "ok";
    }
}

}  // namespace

std::string resolve_failure(const std::string& host) {
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found);
    if (failure != 0) return ::gai_strerror(failure);
    ::freeaddrinfo(found);
    return {};
}

Task<Connections> ask(ConnectionQuestion question, std::string name_failure, const Clock& clock) {
    Connections out;
    out.now = clock.now();
    out.api.name_failure = std::move(name_failure);
    if (out.api.name_failure.empty()) {
        auto asking = ask_api(question, clock, out.api);
        co_await std::move(asking);
    }
    if (question.app && out.api.status != 0) {
        auto asking = ask_app(question, clock, out);
        co_await std::move(asking);
    }
    if (!question.public_url.empty()) {
        auto asking = ask_public(question, out);
        co_await std::move(asking);
    }
    co_return out;
}

}  // namespace triphammer::doctor
