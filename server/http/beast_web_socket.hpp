#pragma once
// Beast's WebSocket over any of its streams; included by the two transports only.

#include "http/socket_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <memory>
#include <optional>
#include <string>

namespace triphammer::http {

using HandshakeRequest = boost::beast::http::request<boost::beast::http::empty_body>;

HandshakeRequest to_handshake(const RequestHead& head);
Error to_web_socket_error(const char* what, const boost::system::error_code& code);

template <class Next>
class BeastWebSocket final : public WebSocket {
  public:
    /// `keep` is what the stream's context belongs to (TLS).
    BeastWebSocket(Next next, std::shared_ptr<void> keep, std::size_t max_message)
        : keep_{std::move(keep)}, stream_{std::move(next)} {
        namespace beast = boost::beast;
        using Options = beast::websocket::stream_base::timeout;
        auto timeout = Options::suggested(beast::role_type::server);
        timeout.idle_timeout = std::chrono::seconds{60};
        timeout.keep_alive_pings = true;
        stream_.set_option(timeout);
        stream_.read_message_max(max_message);
        stream_.text(true);
    }

    Task<Result<>> accept(const HandshakeRequest& request) {
        auto [error] = co_await stream_.async_accept(request, kTuple);
        if (error) co_return to_web_socket_error("handshake", error);
        co_return Result<>{};
    }

    Task<Result<std::optional<std::string>>> read() override {
        boost::beast::flat_buffer buffer;
        auto [error, count] = co_await stream_.async_read(buffer, kTuple);
        if (error == boost::beast::websocket::error::closed || error == boost::asio::error::eof) {
            co_return std::optional<std::string>{};
        }
        if (error) co_return to_web_socket_error("read", error);
        if (!stream_.got_text()) {
            co_await close(1003, "text only");
            co_return Error{Code::protocol, "a binary message"};
        }
        const auto data = buffer.data();
        co_return std::string{static_cast<const char*>(data.data()), data.size()};
    }

    Task<Result<>> write(std::string text) override {
        const auto buffer = boost::asio::buffer(text);
        auto [error, count] = co_await stream_.async_write(buffer, kTuple);
        if (error) co_return to_web_socket_error("write", error);
        co_return Result<>{};
    }

    Task<> close(std::uint16_t code, std::string reason) override {
        using Code = boost::beast::websocket::close_code;
        const boost::beast::websocket::close_reason why{static_cast<Code>(code), reason};
        co_await stream_.async_close(why, kTuple);
    }

    void abort() override {
        boost::system::error_code ignored;
        boost::beast::get_lowest_layer(stream_).close(ignored);
    }

  private:
    static constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

    std::shared_ptr<void> keep_;
    boost::beast::websocket::stream<Next> stream_;
};

/// Sends the 101 and gives the WebSocket.
template <class Next>
Task<Result<std::unique_ptr<WebSocket>>> accept_beast_web_socket(
    Next next, std::shared_ptr<void> keep, const RequestHead& head, std::size_t max_message
) {
    const auto request = to_handshake(head);
    auto opened =
        std::make_unique<BeastWebSocket<Next>>(std::move(next), std::move(keep), max_message);
    auto accepted = co_await opened->accept(request);
    if (!accepted) co_return accepted.error();
    co_return std::unique_ptr<WebSocket>{std::move(opened)};
}

}  // namespace triphammer::http
