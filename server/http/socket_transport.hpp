#pragma once
// Sockets as transports; only the few files that open connections include this.

#include "http/transport.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>

namespace triphammer::http {

/// TCP and Unix sockets alike.
using Socket = boost::asio::generic::stream_protocol::socket;

std::unique_ptr<Transport> make_transport(Socket socket);

class OutgoingRule;

/// To the first address that answers, of those that the rule allows; null: all.
Task<Result<Socket>> connect_tcp(std::string host, std::uint16_t port, const OutgoingRule* rule);

/// The project's words for what Asio reports; an end of file is not an error and never comes here.
Error to_error(const char* what, const boost::system::error_code& code);

/// Beast's part (web_socket.cpp).
Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket_on(
    Socket socket, const RequestHead& head, std::size_t max_message
);

}  // namespace triphammer::http
