#include "docker/engine.hpp"

#include "base/text.hpp"
#include "docker/engine_connection.hpp"

#include <array>
#include <optional>
#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr int kOurMinor = 47;    // Engine API 1.47
constexpr int kLeastMinor = 41;  // Debian 12's engine
constexpr std::chrono::seconds kPingLimit{5};

struct Address {
    http::Endpoint endpoint;
    std::string host;
};

Result<Address> parse_address(const std::string& text) {
    constexpr std::string_view kUnix = "unix://";
    constexpr std::string_view kTcp = "tcp://";
    if (text.starts_with(kUnix) && text.size() > kUnix.size() + 1) {
        return Address{http::unix_endpoint(text.substr(kUnix.size())), "127.0.0.1"};
    }
    if (!text.starts_with(kTcp)) {
        return invalid("docker.host is unix:///PATH or tcp://HOST:PORT, not '" + text + "'");
    }
    auto url = http::parse_url("http://" + text.substr(kTcp.size()));
    if (!url) return with_context("docker.host", url.error());
    return Address{http::endpoint_of(*url), url->host};
}

/// "1.41" → 41; nothing for anything but 1.N.
std::optional<int> minor_of(std::string_view version) {
    if (!version.starts_with("1.")) return {};
    const auto minor = parse_integer(version.substr(2));
    if (!minor || *minor > 1000) return {};
    return static_cast<int>(*minor);
}

Error nobody_answers(const std::string& address, const Error& cause) {
    return {
        Code::unavailable,
        "no Docker engine answers at " + address + " (" + cause.message +
            "): is it running, and may this user open its socket?"};
}

Result<EngineVersion> agree(const std::string& address, const http::Answer& answer) {
    const auto offered = answer.headers.find("Api-Version");
    const auto minor = minor_of(offered.value_or(""));
    if (!minor) return nobody_answers(address, {Code::protocol, "the answer is not an engine's"});
    if (*minor < kLeastMinor) {
        return invalid(
            "the engine at " + address + " speaks API " + std::string{*offered} + ", at least 1." +
            std::to_string(kLeastMinor) + " is needed: update it"
        );
    }
    EngineVersion version;
    version.api = "1." + std::to_string(std::min(*minor, kOurMinor));
    version.engine = answer.headers.find("Server").value_or("Docker");
    version.has_buildkit = version.engine.starts_with("Docker/");
    return version;
}

}  // namespace

Engine::Engine(std::unique_ptr<Connection> connection) : connection_{std::move(connection)} {}

Engine::~Engine() = default;

Task<Result<std::unique_ptr<Engine>>> Engine::connect(std::string address) {
    auto parsed = parse_address(address);
    if (!parsed) co_return parsed.error();
    auto connection =
        std::make_unique<Connection>(std::move(parsed->endpoint), std::move(parsed->host));
    http::Call ping{http::Method::get, "/_ping"};
    ping.deadline = kPingLimit;
    auto sent = connection->client.send(std::move(ping));
    auto answer = co_await std::move(sent);
    if (!answer) co_return nobody_answers(address, answer.error());
    auto version = agree(address, *answer);
    if (!version) co_return version.error();
    connection->version = std::move(*version);
    co_return std::unique_ptr<Engine>{new Engine{std::move(connection)}};
}

const EngineVersion& Engine::version() const {
    return connection_->version;
}

std::string Engine::host() const {
    return connection_->host;
}

http::Call Engine::Connection::request(http::Method method, const std::string& path) const {
    return http::Call{method, "/v" + version.api + path};
}

http::Call Engine::Connection::request_json(const std::string& path, const json& body) const {
    auto call = request(http::Method::post, path);
    call.headers.set("Content-Type", "application/json");
    call.body = body.dump();
    return call;
}

Task<Result<http::Answer>> Engine::Connection::send(http::Call call, const char* what) const {
    auto sent = client.send(std::move(call));
    auto answer = co_await std::move(sent);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return answer;
}

Task<Result<Parsed>> Engine::Connection::send_for_json(http::Call call, const char* what) const {
    auto sent = send(std::move(call), what);
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    auto parsed = json::parse(answer->body, nullptr, false);
    if (parsed.is_discarded()) {
        co_return Error{Code::protocol, std::string{what} + ": the engine's answer is not JSON"};
    }
    co_return Parsed{std::move(parsed)};
}

namespace {

std::string words_of(std::string_view body) {
    const auto parsed = json::parse(body, nullptr, false);
    if (parsed.is_object() && parsed.contains("message") && parsed["message"].is_string()) {
        return parsed["message"].get<std::string>();
    }
    return std::string{trim(body)};
}

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const auto word : words) {
        if (text.find(word) != text.npos) return true;
    }
    return false;
}

}  // namespace

Code code_of_failure(std::string_view message) {
    // The engine answers 500 for what a registry refused, and its words are all there is.
    const auto text = to_lower(message);
    if (holds_any(
            text,
            {"unauthorized",
             "authentication required",
             "no basic auth",
             "access is denied",
             "access denied",
             "incorrect username or password"}
        )) {
        return Code::unauthorized;
    }
    if (holds_any(
            text, {"port is already allocated", "address already in use", "is already in use"}
        )) {
        return Code::conflict;
    }
    if (holds_any(text, {"manifest unknown", "not found", "no such", "does not exist"})) {
        return Code::not_found;
    }
    if (holds_any(text, {"no space left"})) return Code::disk_full;
    if (holds_any(
            text,
            {"connection refused",
             "no route to host",
             "i/o timeout",
             "toomanyrequests",
             "tls handshake timeout",
             "eof"}
        )) {
        return Code::unavailable;
    }
    return Code::io;
}

Error engine_error(const char* what, int status, std::string_view body) {
    const auto words = words_of(body);
    auto code = code_of_failure(words);
    if (status == 400) code = Code::invalid;
    if (status == 404) code = Code::not_found;
    if (status == 409) code = Code::conflict;
    if (status == 401 || status == 403) code = Code::unauthorized;
    const auto shown = words.empty() ? "HTTP status " + std::to_string(status) : words;
    return {code, std::string{what} + ": " + shown};
}

Result<> fine_when(const Result<http::Answer>& answer, Code code) {
    if (answer || answer.error().code == code) return {};
    return answer.error();
}

std::string encode_path(std::string_view name) {
    std::vector<std::string> parts;
    for (const auto part : split(name, '/')) parts.push_back(percent_encode(part));
    return join(parts, "/");
}

std::string encode_query(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        out += out.empty() ? '?' : '&';
        out += name + "=" + percent_encode(value);
    }
    return out;
}

std::string label_filter(const Labels& labels) {
    auto wanted = json::array();
    for (const auto& [name, value] : labels) {
        wanted.push_back(value.empty() ? name : name + "=" + value);
    }
    return json{{"label", std::move(wanted)}}.dump();
}

namespace {

Task<Result<std::string>> next_of(ByteSource& source) {
    co_return source.next();
}

}  // namespace

http::Upload upload_of(ByteSource& source) {
    return [&source] { return next_of(source); };
}

}  // namespace triphammer::docker
