#include "aws/failure.hpp"

#include "aws/texts.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <iomanip>
#include <sstream>

namespace triphammer::aws {

namespace {

using nlohmann::json;

constexpr int kTooManyRequests = 429;
constexpr std::size_t kMostText = 2000;

constexpr auto kTransient = std::to_array<std::string_view>({
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalError",
    "InternalFailure",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "IDPCommunicationError",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
});

constexpr auto kAboutTime = std::to_array<std::string_view>({
    "RequestTimeTooSkewed",
    "RequestExpired",
    "RequestInTheFuture",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
});

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// "com.amazon.coral.service#ThrottlingException:http://…" → "ThrottlingException"
std::string bare(std::string_view code) {
    code = code.substr(0, code.find(':'));
    const auto mark = code.rfind('#');
    return std::string{mark == std::string_view::npos ? code : code.substr(mark + 1)};
}

std::string member_of(const json& object, std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        const auto found = object.find(name);
        if (found != object.end() && found->is_string()) return found->get<std::string>();
    }
    return {};
}

void read_json(const json& body, Failure& out) {
    if (out.code.empty()) out.code = bare(member_of(body, {"__type", "code", "Code"}));
    out.message = member_of(body, {"message", "Message", "errorMessage"});
}

void read_xml(std::string_view body, Failure& out) {
    const auto texts = read_texts(body);
    if (!texts) return;
    out.code = texts->find("Error/Code");
    out.message = texts->find("Error/Message");
}

}  // namespace

std::string Failure::text() const {
    return message.empty() ? code : code + ": " + message;
}

std::optional<Failure> find_failure(const http::Answer& answer) {
    if (answer.status >= 200 && answer.status < 300) return {};
    Failure out;
    out.status = answer.status;
    if (const auto type = answer.headers.find("x-amzn-errortype")) out.code = bare(*type);
    const auto body = json::parse(answer.body, nullptr, false);
    if (body.is_object()) {
        read_json(body, out);
    } else if (trim(answer.body).starts_with('<')) {
        read_xml(answer.body, out);
    }
    if (out.code.empty()) out.code = "HTTP " + std::to_string(answer.status);
    if (out.message.empty() && !body.is_object())
        out.message = std::string{cut_utf8(trim(answer.body), kMostText)};
    return out;
}

bool is_transient(const Failure& failure) {
    return failure.status >= 500 || failure.status == kTooManyRequests ||
           is_among(kTransient, failure.code);
}

bool is_about_quota(const Failure& failure) {
    const auto words = to_lower(failure.message);
    return failure.code.starts_with("ServiceQuotaExceeded") ||
           failure.code.starts_with("LimitExceeded") ||
           words.find("maximum number of") != words.npos || words.find("quota") != words.npos;
}

bool is_about_time(const Failure& failure) {
    return is_among(kAboutTime, failure.code);
}

std::optional<TimePoint> date_of(const http::Headers& headers) {
    const auto text = headers.find("Date");
    if (!text) return {};
    std::tm parts{};
    std::istringstream in{std::string{*text}};
    in.imbue(std::locale::classic());
    in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S");
    if (in.fail()) return {};
    return from_unix_ms(static_cast<std::int64_t>(::timegm(&parts)) * 1000);
}

}  // namespace triphammer::aws
