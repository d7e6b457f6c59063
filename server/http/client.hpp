#pragma once
// HTTP/1.1 client over TCP, TLS and Unix sockets; one connection per exchange. No redirects, no
// cookies, no proxies: callers decide.

#include "base/result.hpp"
#include "base/task.hpp"
#include "http/message.hpp"
#include "http/stream.hpp"
#include "http/url.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace triphammer::http {

/// Where to connect. With TLS `host` is checked against the certificate.
struct Endpoint {
    std::filesystem::path unix_path;  // when set, nothing else but `authority` counts
    std::string host;
    std::uint16_t port = 80;
    bool tls = false;
    std::string authority;          // the Host field
    std::filesystem::path ca_file;  // trusted issuers for TLS; empty: the system's
};

Endpoint endpoint_of(const Url& url);
Endpoint unix_endpoint(std::filesystem::path path);

/// Gives the next piece of a body, empty at the end; an error ends the exchange with it.
using Upload = std::function<Task<Result<std::string>>()>;
/// Takes a piece of an answer's body; an error ends the exchange with it.
using Download = std::function<Task<Result<>>(std::string)>;

struct Call {
    Method method = Method::get;
    std::string target = "/";
    Headers headers;    // Host, Content-Length, Transfer-Encoding are added
    std::string body;   // or:
    Upload upload;      // sent chunked
    std::string first;  // of an upgrade: sent along, not waiting for its answer
    std::uint64_t body_limit = 1024 * 1024;           // bytes of the answer that `send` keeps
    std::chrono::milliseconds deadline{30'000};       // for the whole exchange; 0: none
    std::chrono::milliseconds idle_deadline{60'000};  // without a byte either way; 0: none

    // A constructor: g++ 12 frees awaited aggregate temporaries twice.
    Call() {}

    Call(Method verb, std::string where) : method{verb}, target{std::move(where)} {}
};

struct ResponseHead {
    int status = 0;
    Headers headers;
};

struct Answer {
    int status = 0;
    Headers headers;
    std::string body;
};

/// What an upgrade gave: the answer's head (101, or 200 from old engines) and the raw bytes, those
/// that came with the head first.
struct Upgraded {
    ResponseHead head;
    std::unique_ptr<Stream> stream;  // null when the server answered something else:
    std::string body;                // … then its body (at most Call::body_limit)
};

/// A value that knows its endpoint and need not outlive its exchanges; many may run at once. All on
/// the logic thread. Errors: unavailable (no connection, refused, name unknown), timed_out,
/// protocol (not HTTP, certificate), too_large (body over the limit), io (connection lost).
class Client {
  public:
    explicit Client(Endpoint endpoint);

    /// The whole answer, whatever its status.
    Task<Result<Answer>> send(Call call) const;
    /// The body goes to `take` piece by piece; its length is not limited. For a status of 400 and
    /// more the body is kept in the answer instead (up to body_limit).
    Task<Result<Answer>> download(Call call, Download take) const;
    /// `Connection: Upgrade`, `Upgrade: protocol` are added. `deadline` ends with the head.
    Task<Result<Upgraded>> upgrade(Call call, std::string protocol) const;

    const Endpoint& endpoint() const { return endpoint_; }

  private:
    Endpoint endpoint_;
};

/// Connects only: TCP, TLS with name check, or Unix socket. Same errors as Client.
Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint);

}  // namespace triphammer::http
