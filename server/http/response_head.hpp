#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::http {

/// How the body that follows is framed.
struct ResponseFraming {
    std::optional<std::uint64_t> length;  // Content-Length
    bool chunked = false;
    bool close = false;  // Connection: close
};

/// Status line, fields and the empty line. Date is added; control characters in a value become
/// blanks, so that no handler can split a response.
std::string make_response_head(const Response& response, const ResponseFraming& framing);

/// 101 with the fields of the response.
std::string make_upgrade_head(const Response& response, std::string_view protocol);

/// 1xx, 204 and 304 have none.
bool may_have_body(int status);

}  // namespace triphammer::http
