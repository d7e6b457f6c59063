#pragma once

#include "http/message.hpp"
#include "http/stream.hpp"

#include <memory>

namespace triphammer::http {

/// A stream as the server holds it: also becomes a WebSocket.
class Transport : public Stream {
  public:
    /// Sends the 101 and gives the WebSocket; the transport is empty afterwards.
    virtual Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket(
        const RequestHead& head, std::size_t max_message
    ) = 0;
};

/// Bytes that were read too early (behind a head), then the stream's own.
std::unique_ptr<Stream> put_back(std::string bytes, std::unique_ptr<Stream> stream);

}  // namespace triphammer::http
