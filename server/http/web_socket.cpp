#include "http/web_socket.hpp"

#include "base/text.hpp"
#include "http/beast_web_socket.hpp"

namespace triphammer::http {

namespace beast = boost::beast;

HandshakeRequest to_handshake(const RequestHead& head) {
    HandshakeRequest request{beast::http::verb::get, head.target, 11};
    for (const auto& field : head.headers) request.insert(field.name, field.value);
    return request;
}

Error to_web_socket_error(const char* what, const boost::system::error_code& code) {
    if (code == beast::error::timeout) return {Code::timed_out, "the peer stopped answering"};
    const auto& own = make_error_code(beast::websocket::error::closed).category();
    if (code.category() != own) return to_error(what, code);
    return {Code::protocol, std::string{what} + ": " + code.message()};
}

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
    return accept_beast_web_socket(std::move(socket), nullptr, head, max_message);
}

}  // namespace triphammer::http
