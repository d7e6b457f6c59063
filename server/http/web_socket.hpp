#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::http {

/// A server-side WebSocket (RFC 6455). One reader and one writer at a time, both on the logic
/// thread. A peer that is silent is pinged, and dropped after 60 s without an answer.
class WebSocket {
  public:
    virtual ~WebSocket() = default;

    /// The next text message; nothing when the peer closed. Binary messages are refused
    /// (Code::protocol, close 1003).
    virtual Task<Result<std::optional<std::string>>> read() = 0;
    /// One text message; `text` is UTF-8.
    virtual Task<Result<>> write(std::string text) = 0;
    /// The closing handshake; 1000 normal, 1001 going away, 1008 policy, 1013 try again later.
    virtual Task<> close(std::uint16_t code, std::string reason) = 0;
    /// At once, without a handshake; a pending read or write ends with Code::cancelled.
    virtual void abort() = 0;
};

struct RequestHead;

/// Whether the head is a complete RFC 6455 handshake; otherwise the caller answers 426 or 400.
bool is_web_socket_request(const RequestHead& head);

}  // namespace triphammer::http
