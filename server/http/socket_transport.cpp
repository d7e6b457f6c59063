#include "http/socket_transport.hpp"

#include "http/stream_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>

namespace triphammer::http {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kSendfilePiece = 1024 * 1024;  // per call, so that other connections live

class SocketTransport final : public Transport {
  public:
    explicit SocketTransport(Socket socket) : socket_{std::move(socket)} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        return read_some_from(socket_, into);
    }

    Task<Result<>> write(std::string_view bytes) override { return write_all_to(socket_, bytes); }

    Task<Result<>> shutdown() override {
        boost::system::error_code error;
        socket_.shutdown(Socket::shutdown_send, error);
        if (error) co_return to_error("shutdown", error);
        co_return Result<>{};
    }

    void close() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    Task<Result<>> send_file(int file, std::uint64_t offset, std::uint64_t length) override;

    Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket(
        const RequestHead& head, std::size_t max_message
    ) override {
        return accept_web_socket_on(std::move(socket_), head, max_message);
    }

  private:
    Socket socket_;
};

Task<Result<>> SocketTransport::send_file(int file, std::uint64_t offset, std::uint64_t length) {
    auto at = static_cast<off_t>(offset);
    while (length > 0) {
        const auto piece = static_cast<std::size_t>(std::min(length, kSendfilePiece));
        const auto sent = ::sendfile(socket_.native_handle(), file, &at, piece);
        if (sent == 0) co_return Error{Code::io, "the file became shorter while it was sent"};
        if (sent > 0) length -= static_cast<std::uint64_t>(sent);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) co_return from_errno("sendfile");
        auto [error] = co_await socket_.async_wait(Socket::wait_write, kTuple);
        if (error) co_return to_error("sendfile", error);
    }
    co_return Result<>{};
}

}  // namespace

std::unique_ptr<Transport> make_transport(Socket socket) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.native_non_blocking(true, ignored);
    return std::make_unique<SocketTransport>(std::move(socket));
}

Error to_error(const char* what, const boost::system::error_code& code) {
    const bool gone = code == asio::error::operation_aborted || code == asio::error::bad_descriptor;
    return {gone ? Code::cancelled : Code::io, std::string{what} + ": " + code.message()};
}

}  // namespace triphammer::http
