#include "aws/client.hpp"

#include "aws/signer.hpp"
#include "aws/value.hpp"
#include "base/deadline.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::aws {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostBody = 16U << 20U;
constexpr Milliseconds kLongestPause{20'000};
/// AWS takes what is five minutes off.
constexpr std::chrono::minutes kTolerableSkew{4};

http::Call make_call(const http::Url& endpoint, std::string body, const std::string& type) {
    http::Call call{http::Method::post, endpoint.target};
    call.headers.set("Content-Type", type);
    call.body = std::move(body);
    call.body_limit = kMostBody;
    return call;
}

bool may_repeat(const Error& error) {
    return error.code == Code::unavailable || error.code == Code::timed_out ||
           error.code == Code::io;
}

Code code_of(const Failure& failure) {
    if (is_transient(failure)) return Code::unavailable;
    const auto& code = failure.code;
    const bool is_denied = failure.status == 403 || code.starts_with("AccessDenied") ||
                           code.starts_with("UnrecognizedClient") ||
                           code.starts_with("ExpiredToken") || code.starts_with("InvalidClient");
    if (is_denied) return Code::unauthorized;
    return code.find("NotFound") == std::string::npos ? Code::refused : Code::not_found;
}

}  // namespace

Client::Client(ClientSettings settings, const Clock& clock, Random& random)
    : settings_{std::move(settings)}, clock_{clock}, random_{random} {}

Task<Result<Reply>> Client::send(std::string operation, std::string body) const {
    const auto type = "application/x-amz-json-" + std::string{settings_.service.json};
    auto call = make_call(settings_.endpoint, std::move(body), type);
    call.headers.set("X-Amz-Target", std::string{settings_.service.target} + "." + operation);
    auto sending = send_repeatedly(std::move(call));
    auto reply = co_await std::move(sending);
    if (!reply)
        co_return with_context(std::string{settings_.service.id} + " " + operation, reply.error());
    co_return reply;
}

Task<Result<json>> Client::call(std::string operation, json input) const {
    auto sending = send(operation, input.dump());
    auto reply = co_await std::move(sending);
    if (!reply) co_return reply.error();
    if (reply->failure) co_return to_error(settings_.service, operation, *reply->failure);
    auto out = json::parse(reply->body, nullptr, false);
    if (!out.is_object()) {
        co_return Error{
            Code::protocol,
            std::string{settings_.service.id} + " " + operation + ": the answer is no JSON object"};
    }
    co_return value_of(std::move(out));
}

Task<Result<Reply>> Client::send_form(std::string operation, Form form) const {
    auto body = "Action=" + percent_encode(operation) +
                "&Version=" + std::string{settings_.service.version};
    for (const auto& [name, value] : form)
        body += "&" + percent_encode(name) + "=" + percent_encode(value);
    auto call = make_call(
        settings_.endpoint, std::move(body), "application/x-www-form-urlencoded; charset=utf-8"
    );
    auto sending = send_repeatedly(std::move(call));
    auto reply = co_await std::move(sending);
    if (!reply)
        co_return with_context(std::string{settings_.service.id} + " " + operation, reply.error());
    co_return reply;
}

Task<Result<Reply>> Client::send_repeatedly(http::Call call) const {
    auto endpoint = http::endpoint_of(settings_.endpoint);
    endpoint.ca_file = settings_.ca_file;
    const http::Client http{endpoint};
    const Scope scope{settings_.region, std::string{settings_.service.signing}};
    Milliseconds skew{0};
    for (int attempt = 1;; ++attempt) {
        auto signed_call = call;
        const auto now = clock_.now() + skew;
        if (settings_.credentials)
            sign(signed_call, endpoint.authority, *settings_.credentials, scope, now);
        auto sending = http.send(std::move(signed_call));
        const auto answer = co_await std::move(sending);
        const bool is_last = attempt >= settings_.attempts;
        if (!answer && (is_last || !may_repeat(answer.error()))) co_return answer.error();
        Reply reply;
        if (answer) {
            reply.body = answer->body;
            reply.failure = find_failure(*answer);
            if (!reply.failure) co_return reply;
            const auto theirs = date_of(answer->headers);
            const bool is_skewed = is_about_time(*reply.failure) && skew == Milliseconds{0} &&
                                   theirs && std::chrono::abs(*theirs - now) > kTolerableSkew;
            if (is_skewed) skew = *theirs - now;
            if (is_skewed && !is_last) continue;
            if (is_last || !is_transient(*reply.failure)) co_return reply;
        }
        auto pause = sleep_for(pause_before(attempt + 1, settings_.first_pause, random_));
        co_await std::move(pause);
    }
}

Milliseconds pause_before(int next, Milliseconds first, Random& random) {
    constexpr int kMostDoublings = 5;
    const auto most = std::min(first * (1 << std::min(next - 2, kMostDoublings)), kLongestPause);
    return Milliseconds{random_below(random, static_cast<std::uint64_t>(most.count()) + 1)};
}

Error to_error(const Service& service, const std::string& operation, const Failure& failure) {
    auto words = std::string{service.id} + " " + operation + ": " + failure.text();
    if (is_about_quota(failure)) {
        words +=
            ". That is a quota of the account: remove what nobody uses, or ask AWS for more "
            "(Service Quotas)";
    }
    return {code_of(failure), std::move(words)};
}

}  // namespace triphammer::aws
