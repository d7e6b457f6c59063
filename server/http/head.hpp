#pragma once
// The strict reader of message heads, for requests and responses alike. It stands where Beast's
// parser would: Beast 1.81 accepts folded fields, "Content-Length: 3, 3", repeated equal lengths,
// any Transfer-Encoding (whose body it then takes for the next request), several or no Host, and
// any number of fields (docs/adr/0007). Pure; nothing here waits.

#include "http/message.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::http {

struct HeadLimits {
    std::size_t max_headers = 100;
    std::size_t max_head_bytes = 16 * 1024;
    std::size_t max_target_bytes = 8 * 1024;
};

/// Why a head is not read any further, with the status to answer.
struct Refusal {
    int status = 400;
    std::string message;

    Refusal() = default;

    // Not an aggregate: C++20 would otherwise make one from a lone int, and results ambiguous.
    Refusal(int code, std::string text) : status{code}, message{std::move(text)} {}
};

template <class T = void>
using Checked = boost::system::result<T, Refusal>;

/// Finds the end of a head while it arrives, in pieces of any size.
class HeadScanner {
  public:
    explicit HeadScanner(const HeadLimits& limits) : limits_{limits} {}

    /// `bytes` is everything so far (from the head's first byte). The head's length with its last
    /// empty line once it is complete; nothing before. Refuses bare LF and CR, and sizes over the
    /// limits, as soon as they are seen.
    Checked<std::optional<std::size_t>> scan(std::string_view bytes);

  private:
    Checked<> check_line(std::string_view line);

    HeadLimits limits_;
    std::size_t line_start_ = 0;
    std::size_t scanned_ = 0;
    std::size_t lines_ = 0;
};

/// A request head with what only its reader needs.
struct ParsedRequest {
    RequestHead head;
    bool is_head = false;  // as a method: the answer goes without its body
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

/// `block` is a whole head as HeadScanner found it.
Checked<ParsedRequest> parse_request_head(std::string_view block, const HeadLimits& limits);

/// How the body of an answer ends.
enum class BodyEnd { none, length, chunked, close };

struct ParsedResponse {
    int status = 0;
    Headers headers;
    BodyEnd body_end = BodyEnd::none;
    std::uint64_t length = 0;
};

/// `answers_head`: the request was a HEAD, so there is no body whatever the fields say.
Checked<ParsedResponse> parse_response_head(std::string_view block, bool answers_head);

/// One field line without its CRLF; used for trailers too.
Checked<Header> parse_field(std::string_view line);

}  // namespace triphammer::http
