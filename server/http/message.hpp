#pragma once
// Requests and responses as values: what handlers see. Nothing here knows a socket.

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "http/stream.hpp"
#include "http/web_socket.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace triphammer::http {

/// What the server answers to. TRACE and CONNECT get 405, unknown methods 501.
enum class Method { get, head, post, put, patch, delete_, options };

std::string_view name_of(Method method);

struct Header {
    std::string name;
    std::string value;

    friend bool operator==(const Header&, const Header&) = default;
};

/// Fields in the order of arrival; names are compared without case.
class Headers {
  public:
    Headers() = default;

    Headers(std::initializer_list<Header> fields) : fields_{fields} {}

    /// The first field of that name, without surrounding blanks.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    /// Whether a comma-separated field (Connection, Upgrade, …) names `token`, without case.
    bool has_token(std::string_view name, std::string_view token) const;

    void add(std::string name, std::string value);
    /// Replaces every field of that name.
    void set(std::string name, std::string value);

    auto begin() const { return fields_.begin(); }

    auto end() const { return fields_.end(); }

    std::size_t size() const { return fields_.size(); }

  private:
    std::vector<Header> fields_;
};

struct QueryField {
    std::string name;
    std::string value;
};

/// The decoded part behind `?`.
class Query {
  public:
    /// The first value of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    void add(std::string name, std::string value);

    auto begin() const { return fields_.begin(); }

    auto end() const { return fields_.end(); }

  private:
    std::vector<QueryField> fields_;
};

/// Who sits at the other end of a Unix socket (SO_PEERCRED): told by the kernel, not by the peer.
struct UnixPeer {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
};

struct Peer {
    /// "192.0.2.7", "::1"; "unix" for a Unix socket; the client's behind a declared proxy.
    std::string address;
    std::uint16_t port = 0;  // of the other end of the connection
    bool tls = false;
    std::optional<UnixPeer> unix_peer;
};

/// Everything before the body. `path` and `segments` are decoded and safe: no empty, "." or ".."
/// segment, no encoded slash, no control character (a trailing slash is dropped from `segments`).
struct RequestHead {
    Method method = Method::get;
    std::string target;                 // as sent
    std::string path;                   // decoded, begins with '/'
    std::vector<std::string> segments;  // "/api/v1/runs" → api, v1, runs
    Query query;
    Headers headers;
    std::optional<std::uint64_t> content_length;  // nothing: no body, or chunked
    bool chunked = false;
    Peer peer;
    std::string listener;  // the name given to Server::listen_…
};

/// A body that is read while it arrives. Lives as long as the handler that was given it.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    /// The next bytes; empty at the end. Code::too_large, timed_out, protocol, io.
    virtual Task<Result<std::string>> read() = 0;
};

struct Request : RequestHead {
    std::string body;              // whole, unless the route asked for `streamed`
    BodyReader* reader = nullptr;  // set when the route asked for `streamed`
};

/// Part of a file, sent with sendfile(2) where the transport allows it.
struct FileBody {
    std::shared_ptr<const FileDescriptor> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Where a body that is produced over time goes (chunked). Code::cancelled or io when the client
/// is gone: the producer then ends.
class BodyWriter {
  public:
    virtual ~BodyWriter() = default;
    virtual Task<Result<>> write(std::string bytes) = 0;
};

/// The callables below return a named coroutine; they are not coroutines themselves.
using StreamBody = std::function<Task<>(BodyWriter&)>;

/// 101: the connection becomes a raw byte stream; the callable owns it from then on.
struct Upgrade {
    std::string protocol;  // the token of the Upgrade field: "triphammer-runner"
    std::function<Task<>(std::unique_ptr<Stream>)> run;
};

/// 101 with RFC 6455's handshake. The caller has checked Origin.
struct WebSocketUpgrade {
    std::function<Task<>(std::unique_ptr<WebSocket>)> run;
    std::size_t max_message = 64 * 1024;  // bytes of one incoming message
};

struct Response {
    int status = 200;
    Headers headers;
    std::variant<std::string, FileBody, StreamBody, Upgrade, WebSocketUpgrade> body;
    bool close = false;  // end the connection after it

    // A constructor: g++ 12 frees awaited aggregate temporaries twice.
    explicit Response(int code = 200) : status{code} {}
};

/// The reason phrase of a status code.
std::string_view reason_of(int status);

Response make_text(
    int status, std::string body, std::string content_type = "text/plain; charset=utf-8"
);
Response make_json(int status, std::string body);
/// The contract's {"error": {"code", "message"}}.
Response make_error(int status, std::string_view code, std::string_view message);
/// 429: the client is to come again after `wait`.
Response make_too_many(std::chrono::seconds wait);
/// The same with status and code that fit `error`.
Response make_error(const Error& error);
int status_of(Code code);
/// `text` as a JSON string, with its quotes; invalid UTF-8 becomes U+FFFD.
std::string to_json_text(std::string_view text);

}  // namespace triphammer::http
