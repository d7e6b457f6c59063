#pragma once
// Sockets as transports; only the few files that open connections include this.

#include "http/transport.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

namespace triphammer::http {

/// TCP and Unix sockets alike.
using Socket = boost::asio::generic::stream_protocol::socket;

std::unique_ptr<Transport> make_transport(Socket socket);

/// The project's words for what Asio reports; an end of file is not an error and never comes here.
Error to_error(const char* what, const boost::system::error_code& code);

/// Beast's part (web_socket.cpp).
Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket_on(
    Socket socket, const RequestHead& head, std::size_t max_message
);

}  // namespace triphammer::http
