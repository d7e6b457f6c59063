#include "runner/host/network_relay.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "execution/network_policy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace triphammer::runner {

namespace asio = boost::asio;
using asio::ip::tcp;
using execution::Address;

namespace {

constexpr std::chrono::seconds kDialLimit{60};
constexpr std::chrono::milliseconds kPause{10};
constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;
/// Each takes two of this process's descriptors; more wait.
constexpr int kMostConnections = 300;

/// A step's connection and ours.
struct Pair {
    Pair(const Executor& executor, int& count)
        : inside{executor}, outside{executor}, count_{count} {
        ++count_;
    }

    ~Pair() { --count_; }

    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void close() {
        boost::system::error_code ignored;
        inside.close(ignored);
        outside.close(ignored);
    }

    tcp::socket inside;
    tcp::socket outside;

  private:
    int& count_;
};

Address name_of(const FileDescriptor& socket) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
    return {ntohl(name.sin_addr.s_addr), ntohs(name.sin_port)};
}

/// The step sees that its connection was cut off, not that it ended.
void reset_at_close(int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Task<> connect(tcp::socket& socket, tcp::endpoint to, boost::system::error_code& failure) {
    const auto done = co_await socket.async_connect(to, asio::as_tuple(asio::use_awaitable));
    failure = std::get<0>(done);
}

Task<bool> dial(tcp::socket& socket, Address to) {
    boost::system::error_code failure;
    socket.open(tcp::v4(), failure);
    if (failure) co_return false;
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    const tcp::endpoint endpoint{asio::ip::address_v4{to.host}, to.port};
    auto connecting = connect(socket, endpoint, failure);
    auto in_time = finish_within(std::move(connecting), kDialLimit);
    const bool ended = co_await std::move(in_time);
    co_return ended && !failure;
}

/// One direction, to its end; the other may go on then.
Task<> pump(std::shared_ptr<Pair> pair, bool outwards) {
    auto& from = outwards ? pair->inside : pair->outside;
    auto& to = outwards ? pair->outside : pair->inside;
    std::vector<char> piece(kPieceBytes);
    boost::system::error_code failure;
    while (!failure) {
        const auto room = asio::buffer(piece);
        const auto read = co_await from.async_read_some(room, asio::as_tuple(asio::use_awaitable));
        if (std::get<0>(read) == asio::error::eof) {
            to.shutdown(tcp::socket::shutdown_send, failure);
            co_return;
        }
        failure = std::get<0>(read);
        if (failure) break;
        const auto bytes = asio::buffer(piece.data(), std::get<1>(read));
        const auto sent =
            co_await asio::async_write(to, bytes, asio::as_tuple(asio::use_awaitable));
        failure = std::get<0>(sent);
    }
    if (pair->inside.is_open()) reset_at_close(pair->inside.native_handle());
    pair->close();
}

}  // namespace

NetworkRelay::NetworkRelay(Executor executor, execution::Network& network)
    : executor_{executor},
      network_{network},
      tasks_{
          executor,
          [](const auto& name, const auto& what) {
              log::error("the job's network", {{"task", name}, {"error", what}});
          }},
      datagrams_{executor, network, tasks_} {}

Result<> NetworkRelay::start(const execution::Borders& borders) {
    tasks_.spawn("connections", accept(std::move(network_.connections()), {}));
    datagrams_.serve(std::move(network_.datagrams()), {});
    for (const auto& server : borders.excepted) {
        if (!execution::kLoopbackRange.contains(server.host)) continue;
        auto done = lead_connections(server, server);
        if (done) done = lead_datagrams(server, server);
        if (!done) return with_context("a name server", done.error());
    }
    return {};
}

Result<> NetworkRelay::lead_connections(const Address& address, const Address& target) {
    auto listener = network_.open(SOCK_STREAM, address);
    if (!listener) return listener.error();
    tasks_.spawn("port", accept(std::move(*listener), target));
    return {};
}

Result<> NetworkRelay::lead_datagrams(const Address& address, const Address& target) {
    auto socket = network_.open(SOCK_DGRAM, address);
    if (!socket) return socket.error();
    datagrams_.serve(std::move(*socket), target);
    return {};
}

Task<> NetworkRelay::accept(FileDescriptor listener, std::optional<Address> target) {
    asio::posix::stream_descriptor waiter{executor_, listener.release()};
    for (;;) {
        const auto waited = co_await waiter.async_wait(
            asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
        );
        if (std::get<0>(waited)) co_return;  // each job's end: an exception takes long
        FileDescriptor inside{
            ::accept4(waiter.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        const bool is_accepted = inside.get() >= 0;
        if (is_accepted) {
            const auto to = target ? *target : name_of(inside);
            if (target || execution::find_borders().may_pass(to)) {
                tasks_.spawn("connection", carry(std::move(inside), to));
            } else {
                reset_at_close(inside.get());
            }
        }
        auto pause = is_accepted ? wait_for_room() : sleep_for(kPause);
        co_await std::move(pause);
    }
}

Task<> NetworkRelay::wait_for_room() {
    while (connections_ >= kMostConnections) {
        auto pause = sleep_for(kPause);
        co_await std::move(pause);
    }
}

Task<> NetworkRelay::carry(FileDescriptor inside, Address to) {
    const auto pair = std::make_shared<Pair>(executor_, connections_);
    pair->inside.assign(tcp::v4(), inside.release());
    auto dialing = dial(pair->outside, to);
    if (!co_await std::move(dialing)) {
        reset_at_close(pair->inside.native_handle());
        co_return;
    }
    tasks_.spawn("out", pump(pair, true));
    tasks_.spawn("in", pump(pair, false));
}

}  // namespace triphammer::runner
