#pragma once
// A real server on loopback in a thread of its own, and a client that sends bytes as they are.

#include "http/server.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace triphammer::testing {

/// The routes that the tests need, one behaviour each (server_fixture.cpp lists them).
class TestRouter final : public http::Router {
  public:
    http::RouteDecision route(const http::RequestHead& head) override;

    std::shared_ptr<const FileDescriptor> file;
    std::string last_peer;
    std::size_t streamed_bytes = 0;
};

class RunningServer {
  public:
    explicit RunningServer(http::ServerLimits limits = {});
    ~RunningServer();
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    std::uint16_t port() const { return port_; }

    /// A TLS listener with a certificate of its own for "localhost"; `ca_file` is what trusts it.
    std::uint16_t listen_tls();

    std::string ca_file() const { return directory_ / "certificate.pem"; }

    std::string unix_path() const { return directory_ / "socket"; }

    TestRouter& router() { return router_; }

    http::ServerCounters counters();
    void stop(std::chrono::milliseconds grace);

  private:
    TempDir directory_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    TestRouter router_;
    std::unique_ptr<http::Server> server_;
    std::uint16_t port_ = 0;
    bool stopped_ = false;
    std::thread thread_;
};

/// A blocking socket; every wait ends after 10 s.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port);
    explicit RawClient(const std::string& unix_path);

    /// False when the server has closed.
    bool send(std::string_view bytes);
    /// Everything until the server closes.
    std::string read_to_end();
    /// Until `end` was seen (and all that came with it).
    std::string read_until(std::string_view end);

  private:
    FileDescriptor socket_;
};

/// Sends and reads to the end.
std::string exchange(std::uint16_t port, std::string_view bytes);
/// How often `part` occurs.
std::size_t count_of(std::string_view text, std::string_view part);

}  // namespace triphammer::testing
