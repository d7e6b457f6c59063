#include "base/deadline.hpp"
#include "http/client.hpp"
#include "http/outgoing.hpp"
#include "http/socket_transport.hpp"
#include "http/tls_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <vector>

namespace triphammer::http {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

using AnyEndpoint = asio::generic::stream_protocol::endpoint;

Error unavailable(const std::string& where, const boost::system::error_code& error) {
    const bool aborted = error == asio::error::operation_aborted;
    return {
        aborted ? Code::cancelled : Code::unavailable,
        "cannot connect to " + where + ": " + error.message()};
}

/// By hand, because Asio's sockets are inherited by children.
Result<Socket> open_socket(const asio::any_io_executor& executor, int family) {
    FileDescriptor fd{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd) return from_errno("socket");
    const int on = 1;
    if (family != AF_UNIX) ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Socket socket{executor};
    boost::system::error_code error;
    socket.assign(asio::generic::stream_protocol{family, 0}, fd.release(), error);
    if (error) return to_error("socket", error);
    return socket;
}

Task<Result<Socket>> connect_one(AnyEndpoint endpoint, std::string where) {
    const auto executor = co_await asio::this_coro::executor;
    auto socket = open_socket(executor, endpoint.protocol().family());
    if (!socket) co_return socket;
    auto [error] = co_await socket->async_connect(endpoint, kTuple);
    if (error) co_return unavailable(where, error);
    co_return socket;
}

Task<Result<std::vector<AnyEndpoint>>> resolve(std::string host, std::uint16_t port) {
    std::vector<AnyEndpoint> endpoints;
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        endpoints.emplace_back(asio::ip::tcp::endpoint{address, port});
        co_return endpoints;
    }
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver{executor};
    const auto service = std::to_string(port);
    auto [error, found] = co_await resolver.async_resolve(host, service, kTuple);
    if (error) co_return unavailable(host, error);
    for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
    co_return endpoints;
}

Task<Result<Socket>> connect_unix(std::filesystem::path path) {
    if (path.native().size() > 107) co_return invalid("the socket's path is too long");
    const asio::local::stream_protocol::endpoint endpoint{path.native()};
    co_return co_await connect_one(endpoint, path.native());
}

std::string address_of(const AnyEndpoint& endpoint) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto* data = endpoint.data();
    const bool is_ip6 = endpoint.protocol().family() == AF_INET6;
    const void* address =
        is_ip6 ? static_cast<const void*>(
                     &reinterpret_cast<const sockaddr_in6*>(data)->sin6_addr  // NOLINT
                 )
               : static_cast<const void*>(
                     &reinterpret_cast<const sockaddr_in*>(data)->sin_addr  // NOLINT
                 );
    ::inet_ntop(is_ip6 ? AF_INET6 : AF_INET, address, text.data(), text.size());
    return text.data();
}

}  // namespace

Task<Result<Socket>> connect_tcp(std::string host, std::uint16_t port, const OutgoingRule* rule) {
    auto endpoints = co_await resolve(host, port);
    if (!endpoints) co_return endpoints.error();
    const auto where = host + " port " + std::to_string(port);
    Result<Socket> socket = Error{Code::unavailable, "no address for " + where};
    for (const auto& endpoint : *endpoints) {
        const auto address = address_of(endpoint);
        if (rule != nullptr && !rule->allow(address)) {
            socket = rule->refusal(host, address);
            continue;
        }
        socket = co_await connect_one(endpoint, where);
        if (socket || socket.error().code == Code::cancelled) break;
    }
    co_return socket;
}

Endpoint endpoint_of(const Url& url) {
    Endpoint endpoint;
    endpoint.host = url.host;
    endpoint.port = url.port;
    endpoint.tls = url.tls;
    endpoint.authority = url.authority();
    return endpoint;
}

Endpoint unix_endpoint(std::filesystem::path path) {
    Endpoint endpoint;
    endpoint.unix_path = std::move(path);
    endpoint.authority = "localhost";
    return endpoint;
}

Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint) {
    const bool local = !endpoint.unix_path.empty();
    auto connecting = local ? connect_unix(endpoint.unix_path)
                            : connect_tcp(endpoint.host, endpoint.port, nullptr);
    auto socket = co_await std::move(connecting);
    if (!socket) co_return socket.error();
    if (!endpoint.tls) co_return make_transport(std::move(*socket));
    auto securing = connect_tls(std::move(*socket), endpoint.host, endpoint.ca_file);
    co_return co_await std::move(securing);
}

}  // namespace triphammer::http
