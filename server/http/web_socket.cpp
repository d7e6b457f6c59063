#include "http/web_socket.hpp"

#include "base/text.hpp"
#include "http/socket_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace triphammer::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

Error to_web_socket_error(const char* what, const boost::system::error_code& code) {
    if (code == beast::error::timeout) return {Code::timed_out, "the peer stopped answering"};
    if (code.category() == make_error_code(websocket::error::closed).category()) {
        return {Code::protocol, std::string{what} + ": " + code.message()};
    }
    return to_error(what, code);
}

template <class Next>
class BeastWebSocket final : public WebSocket {
  public:
    BeastWebSocket(Next next, std::size_t max_message) : stream_{std::move(next)} {
        stream_.read_message_max(max_message);
        auto timeout = websocket::stream_base::timeout::suggested(beast::role_type::server);
        timeout.idle_timeout = std::chrono::seconds{60};
        timeout.keep_alive_pings = true;
        stream_.set_option(timeout);
        stream_.text(true);
    }

    Task<Result<>> accept(const beast::http::request<beast::http::empty_body>& request) {
        auto [error] = co_await stream_.async_accept(request, kTuple);
        if (error) co_return to_web_socket_error("handshake", error);
        co_return Result<>{};
    }

    Task<Result<std::optional<std::string>>> read() override {
        beast::flat_buffer buffer;
        auto [error, count] = co_await stream_.async_read(buffer, kTuple);
        if (error == websocket::error::closed || error == asio::error::eof) {
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
        const auto buffer = asio::buffer(text);
        auto [error, count] = co_await stream_.async_write(buffer, kTuple);
        if (error) co_return to_web_socket_error("write", error);
        co_return Result<>{};
    }

    Task<> close(std::uint16_t code, std::string reason) override {
        websocket::close_reason why{static_cast<websocket::close_code>(code), reason};
        co_await stream_.async_close(why, kTuple);
    }

    void abort() override {
        boost::system::error_code ignored;
        beast::get_lowest_layer(stream_).close(ignored);
    }

  private:
    websocket::stream<Next> stream_;
};

beast::http::request<beast::http::empty_body> to_beast(const RequestHead& head) {
    beast::http::request<beast::http::empty_body> request{beast::http::verb::get, head.target, 11};
    for (const auto& field : head.headers) request.insert(field.name, field.value);
    return request;
}

}  // namespace

bool is_web_socket_request(const RequestHead& head) {
    const auto key = head.headers.find("Sec-WebSocket-Key");
    const auto version = head.headers.find("Sec-WebSocket-Version");
    const auto nonce = from_base64(key.value_or(""));
    return head.method == Method::get && head.headers.has_token("Connection", "upgrade") &&
           head.headers.has_token("Upgrade", "websocket") && version == "13" && nonce &&
           nonce->size() == 16;
}

Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket_on(
    Socket socket, const RequestHead& head, std::size_t max_message
) {
    const auto request = to_beast(head);
    auto opened = std::make_unique<BeastWebSocket<Socket>>(std::move(socket), max_message);
    auto accepted = co_await opened->accept(request);
    if (!accepted) co_return accepted.error();
    co_return std::unique_ptr<WebSocket>{std::move(opened)};
}

}  // namespace triphammer::http
