#include "http/server.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "http/kept_listener.hpp"
#include "http/listener.hpp"
#include "http/session.hpp"
#include "http/socket_transport.hpp"
#include "http/tls_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <list>

namespace triphammer::http {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kOutOfDescriptors = 100ms;  // pause before the next accept
constexpr int kAcceptsInARow = 64;         // then other connections have their turn

Socket adopt(const Executor& executor, FileDescriptor fd, int family) {
    Socket socket{executor};
    boost::system::error_code ignored;
    socket.assign(asio::generic::stream_protocol{family, 0}, fd.release(), ignored);
    return socket;
}

void tell_failure(const std::string& name, const std::string& what) {
    log::error("a connection failed", {{"kind", name}, {"error", what}});
}

struct Listener {
    Socket socket;
    std::string name;
    int family;
    TlsFiles files;                         // of a TLS listener
    std::shared_ptr<TlsIdentity> identity;  // null: plain
};

struct Bound {
    FileDescriptor fd;
    int family;
    std::uint16_t port;
};

Result<Bound> bind_tcp(const std::string& address, std::uint16_t port, OverRestarts over_restarts) {
    const bool kept = over_restarts == OverRestarts::kept;
    auto fd = kept ? open_kept_listener(address, port) : open_tcp_listener(address, port);
    if (!fd) return fd.error();
    auto bound = port_of(fd->get());
    if (!bound) return bound.error();
    const bool six = address.find(':') != std::string::npos;
    return Bound{std::move(*fd), six ? AF_INET6 : AF_INET, *bound};
}

}  // namespace

struct Server::State {
    State(Executor home, Router& router, const ServerLimits& limits)
        : executor{home},
          hall{home, router, limits},
          accepting{home, tell_failure},
          serving{home, tell_failure} {}

    Listener& add(FileDescriptor fd, int family, std::string name);
    Task<> accept_from(Listener& listener);
    Result<bool> accept_one(Listener& listener);
    void start(Accepted accepted, const Listener& listener);
    Task<> secure(
        Socket socket, std::shared_ptr<TlsIdentity> identity, Peer peer, std::string name
    );
    Task<> serve(std::unique_ptr<Transport> transport, Peer peer, std::string name);

    Executor executor;
    Hall hall;
    std::list<Listener> listeners;
    std::list<Session*> sessions;
    TaskGroup accepting;
    TaskGroup serving;
};

Server::Server(Executor executor, Router& router, ServerLimits limits)
    : state_{std::make_shared<State>(std::move(executor), router, limits)} {
    std::signal(SIGPIPE, SIG_IGN);
}

Server::~Server() = default;

void Server::trust(Networks proxies, bool have_tls) {
    state_->hall.proxies = std::move(proxies);
    state_->hall.proxies_have_tls = have_tls;
}

Result<std::uint16_t> Server::listen_tcp(
    const std::string& address, std::uint16_t port, std::string name, OverRestarts over_restarts
) {
    auto bound = bind_tcp(address, port, over_restarts);
    if (!bound) return bound.error();
    state_->add(std::move(bound->fd), bound->family, std::move(name));
    return bound->port;
}

Result<std::uint16_t> Server::listen_tls(
    const std::string& address, std::uint16_t port, std::string name, const TlsFiles& files
) {
    auto identity = TlsIdentity::load(files);
    if (!identity) return identity.error();
    auto bound = bind_tcp(address, port, OverRestarts::kept);
    if (!bound) return bound.error();
    auto& listener = state_->add(std::move(bound->fd), bound->family, std::move(name));
    listener.files = files;
    listener.identity = std::move(*identity);
    return bound->port;
}

Result<> Server::reload_tls() {
    for (auto& listener : state_->listeners) {
        if (!listener.identity) continue;
        auto identity = TlsIdentity::load(listener.files);
        if (!identity) return identity.error();
        listener.identity = std::move(*identity);
    }
    return {};
}

std::optional<TimePoint> Server::certificate_expiry() const {
    std::optional<TimePoint> first;
    for (const auto& listener : state_->listeners) {
        if (!listener.identity) continue;
        const auto ends = listener.identity->expiry();
        first = first ? std::min(*first, ends) : ends;
    }
    return first;
}

Result<> Server::listen_unix(const std::filesystem::path& path, unsigned mode, std::string name) {
    auto fd = open_unix_listener(path, mode);
    if (!fd) return fd.error();
    state_->add(std::move(*fd), AF_UNIX, std::move(name));
    return {};
}

Task<> Server::stop(std::chrono::milliseconds grace) {
    auto state = state_;
    state->hall.stopping = true;
    for (auto& listener : state->listeners) listener.socket.close();
    co_await state->accepting.stop();
    for (auto* session : state->sessions) session->stop();
    co_await state->hall.upgraded.stop();
    auto joined = state->serving.join();
    co_await finish_within(std::move(joined), grace);
    co_await state->serving.stop();
    state->hall.deadlines.stop();
}

ServerCounters Server::counters() const {
    auto counters = state_->hall.counters;
    counters.open = state_->sessions.size() + state_->hall.upgraded.size();
    return counters;
}

Listener& Server::State::add(FileDescriptor fd, int family, std::string name) {
    auto socket = adopt(executor, std::move(fd), family);
    listeners.push_back({std::move(socket), std::move(name), family, {}, nullptr});
    accepting.spawn("accept", accept_from(listeners.back()));
    return listeners.back();
}

Task<> Server::State::accept_from(Listener& listener) {
    for (;;) {
        auto [error] = co_await listener.socket.async_wait(
            Socket::wait_read, asio::as_tuple(asio::use_awaitable)
        );
        if (error) co_return;
        auto more = Result<bool>{true};
        for (int i = 0; i < kAcceptsInARow && more && *more; ++i) more = accept_one(listener);
        if (more) continue;
        log::warning("cannot accept connections", {{"error", more.error().message}});
        co_await sleep_for(kOutOfDescriptors);
    }
}

Result<bool> Server::State::accept_one(Listener& listener) {
    auto accepted = accept_waiting(listener.socket.native_handle());
    if (!accepted) return accepted.error();
    if (!*accepted) return false;
    ++hall.counters.accepted;
    if (serving.size() < hall.limits.max_connections) start(std::move(**accepted), listener);
    return true;
}

void Server::State::start(Accepted accepted, const Listener& listener) {
    auto socket = adopt(executor, std::move(accepted.socket), listener.family);
    if (listener.identity) {
        accepted.peer.tls = true;
        auto securing = secure(std::move(socket), listener.identity, accepted.peer, listener.name);
        serving.spawn("session", std::move(securing));
        return;
    }
    auto transport = make_transport(std::move(socket));
    auto running = serve(std::move(transport), std::move(accepted.peer), listener.name);
    serving.spawn("session", std::move(running));
}

/// The handshake has as long as a head. A client that does not finish it is not worth a log line.
Task<> Server::State::secure(
    Socket socket, std::shared_ptr<TlsIdentity> identity, Peer peer, std::string name
) {
    auto securing = accept_tls(std::move(socket), std::move(identity));
    auto transport = co_await with_deadline(std::move(securing), hall.limits.head_deadline);
    if (!transport) co_return;
    auto running = serve(std::move(*transport), std::move(peer), std::move(name));
    co_await std::move(running);
}

Task<> Server::State::serve(std::unique_ptr<Transport> transport, Peer peer, std::string name) {
    Session session{hall, std::move(transport), std::move(peer), std::move(name)};
    const auto place = sessions.insert(sessions.end(), &session);
    // A guard, because cancellation leaves by an exception.
    const std::shared_ptr<void> leave{nullptr, [this, place](void*) { sessions.erase(place); }};
    auto running = session.run();
    co_await std::move(running);
}

}  // namespace triphammer::http
