#pragma once
// The engine's side of HTTP: paths with the negotiated version, its errors as ours. Only the
// engine_*.cpp files include this.

#include "docker/engine.hpp"
#include "http/client.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

/// An answer's body. Not a bare json in a Result: json converts from and to everything.
struct Parsed {
    nlohmann::json body;

    explicit Parsed(nlohmann::json value) : body(std::move(value)) {}
};

struct Engine::Connection {
    http::Client client;
    EngineVersion version;
    std::string host;

    Connection(http::Endpoint endpoint, std::string host_name)
        : client{std::move(endpoint)}, host{std::move(host_name)} {}

    /// "/v1.41" + path.
    http::Call request(http::Method method, const std::string& path) const;
    http::Call request_json(const std::string& path, const nlohmann::json& body) const;

    /// The answer of a status below 400; else an error that begins with `what`. `what` is a
    /// literal.
    Task<Result<http::Answer>> send(http::Call call, const char* what) const;
    /// The same, parsed.
    Task<Result<Parsed>> send_for_json(http::Call call, const char* what) const;
};

/// What the engine meant by `status`; its own words are in `body` ({"message": …} or text).
Error engine_error(const char* what, int status, std::string_view body);

/// Of an answer that is a list.
constexpr std::uint64_t kListLimit = 16U << 20U;

/// An error of `code` is as good as an answer: what was wanted is so already.
Result<> fine_when(const Result<http::Answer>& answer, Code code);

/// Every part between slashes percent-encoded.
std::string encode_path(std::string_view name);
/// "?a=1&b=2", encoded; empty values are left out.
std::string encode_query(const std::vector<std::pair<std::string, std::string>>& fields);
/// {"label": ["a=b", …]} as the `filters` parameter.
std::string label_filter(const Labels& labels);

/// Sends a body while it is made.
http::Upload upload_of(ByteSource& source);

}  // namespace triphammer::docker
