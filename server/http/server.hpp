#pragma once
// The HTTP/1.1 server: strict framing, limits and deadlines; one coroutine per connection.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "http/message.hpp"
#include "http/networks.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace triphammer::http {

using Handler = std::function<Task<Response>(Request)>;

/// What a route says after it has seen the head and before the body is read.
struct RouteDecision {
    /// Answered at once, the body is not read (401, 404, 405, 413, …). Wins over `handler`.
    std::optional<Response> early;
    Handler handler;
    std::uint64_t body_limit =
        64 * 1024;          // bytes; a longer one gets 413 and the end of the connection
    bool streamed = false;  // the handler reads Request::reader itself
};

class Router {
  public:
    virtual ~Router() = default;
    /// Called on the logic thread, must not block. HEAD arrives as Method::head; the body of the
    /// answer is left out by the server.
    virtual RouteDecision route(const RequestHead& head) = 0;
};

/// Defaults are the product's limits (H01-H04); tests shorten them.
struct ServerLimits {
    std::size_t max_headers = 100;
    std::size_t max_head_bytes = 16 * 1024;            // 431
    std::size_t max_target_bytes = 8 * 1024;           // 414
    std::size_t max_connections = 16 * 1024;           // further ones are closed unanswered
    std::uint64_t max_body_memory = 64 * 1024 * 1024;  // whole bodies of all requests; then 503
    std::chrono::milliseconds head_deadline{10'000};   // first byte to the end of the head
    std::chrono::milliseconds body_window{15'000};     // each window brings ≥ 1 kB/s, or the end
    std::chrono::milliseconds write_window{30'000};    // each 64 KiB leave within it
    std::chrono::milliseconds idle_deadline{60'000};   // keep-alive without a request
    std::chrono::milliseconds tick{500};               // how coarse all deadlines are
};

struct TlsFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// Whether a listening socket is given to systemd (http/kept_listener.hpp). It keeps one.
enum class OverRestarts { kept, closed };

struct ServerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused_framing = 0;  // answered 400, 414, 431, 501 by the parser
    std::uint64_t cut = 0;              // ended by a deadline
    std::size_t open = 0;
};

/// Owned by App; all calls on the logic thread. Connections end before `stop` returns. The first
/// server of a process makes it ignore SIGPIPE (sendfile has no flag for it).
class Server {
  public:
    Server(Executor executor, Router& router, ServerLimits limits = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Proxies in front of this server: for what comes through them Peer::address is the client's
    /// (http/networks.hpp). `have_tls`: people reach them by https, so answers through them say
    /// that it has to stay so (RFC 6797). Before the first connection.
    void trust(Networks proxies, bool have_tls);

    /// Binds and listens; port 0 asks the kernel for one. Returns the port. Code::conflict when the
    /// address is in use. `name` is what RequestHead::listener will say.
    Result<std::uint16_t> listen_tcp(
        const std::string& address,
        std::uint16_t port,
        std::string name,
        OverRestarts over_restarts = OverRestarts::kept
    );
    /// The same over TLS 1.2 and 1.3; the files are PEM, the certificate's with its chain.
    Result<std::uint16_t> listen_tls(
        const std::string& address, std::uint16_t port, std::string name, const TlsFiles& files
    );
    /// Reads the files of all TLS listeners again, for connections from now on; on failure the old
    /// certificate stays.
    Result<> reload_tls();
    /// When the first certificate of a TLS listener ends; nothing without one.
    std::optional<TimePoint> certificate_expiry() const;
    /// Replaces a stale socket file; `mode` 0600 or 0660. Peers carry their credentials.
    Result<> listen_unix(const std::filesystem::path& path, unsigned mode, std::string name);

    /// No new connections; idle ones are closed; requests in progress have `grace`, then they are
    /// cut. Upgraded connections and event streams are cut at once.
    Task<> stop(std::chrono::milliseconds grace);

    ServerCounters counters() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer::http
