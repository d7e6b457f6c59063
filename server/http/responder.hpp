#pragma once

#include "http/deadlines.hpp"
#include "http/server.hpp"
#include "http/transport.hpp"

#include <string_view>

namespace triphammer::http {

/// What the request and the connection say about an answer.
struct SendOptions {
    bool without_body = false;  // HEAD
    bool keep = true;           // the connection goes on
    bool http_1_0 = false;      // no chunks
};

/// Sends answers (all kinds but upgrades) over one transport, each piece within the write window.
class Responder {
  public:
    Responder(Transport& transport, Deadline& deadline, const ServerLimits& limits)
        : transport_{transport}, deadline_{deadline}, limits_{limits} {}

    /// Whether the connection may go on: an answer whose end only the closed connection shows ends
    /// it.
    Task<Result<bool>> send(Response response, SendOptions options);

    /// Bytes as they are.
    Task<Result<>> write(std::string_view bytes);

  private:
    Task<Result<>> send_text(Response& response, SendOptions options);
    Task<Result<>> send_file(Response& response, SendOptions options);
    Task<Result<bool>> send_stream(Response& response, SendOptions options);

    Transport& transport_;
    Deadline& deadline_;
    const ServerLimits& limits_;
};

}  // namespace triphammer::http
