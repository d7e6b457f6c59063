#pragma once

#include "http/message.hpp"
#include "http/stream.hpp"

#include <cstdint>
#include <memory>

namespace triphammer::http {

/// A stream as the server holds it: also sends files and becomes a WebSocket.
class Transport : public Stream {
  public:
    /// Exactly `length` bytes of the file; a file that is shorter is Code::io.
    virtual Task<Result<>> send_file(int file, std::uint64_t offset, std::uint64_t length) = 0;
    /// Sends the 101 and gives the WebSocket; the transport is empty afterwards.
    virtual Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket(
        const RequestHead& head, std::size_t max_message
    ) = 0;
};

/// Bytes that were read too early (behind a head), then the stream's own.
std::unique_ptr<Stream> put_back(std::string bytes, std::unique_ptr<Stream> stream);

}  // namespace triphammer::http
