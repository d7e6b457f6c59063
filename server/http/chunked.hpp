#pragma once

#include "http/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::http {

/// The strict reader of a chunked body (RFC 9112, 7.1): hexadecimal sizes without blanks or signs,
/// CRLF everywhere, extensions and trailers checked, bounded and dropped. Pure.
class ChunkedReader {
  public:
    /// Appends the data in `bytes` to `out`; stops at the body's end. Returns how many bytes of
    /// `bytes` belong to the body.
    Checked<std::size_t> feed(std::string_view bytes, std::string& out);

    bool is_done() const { return state_ == State::done; }

  private:
    enum class State { size_line, data, data_end, trailer, done };

    std::size_t take_data(std::string_view bytes, std::string& out);
    Checked<> take_line_byte(char c);
    Checked<> end_line();
    Checked<> end_size_line();

    State state_ = State::size_line;
    std::string line_;
    bool saw_cr_ = false;
    std::uint64_t left_ = 0;  // data bytes still to come of this chunk
    std::size_t trailer_bytes_ = 0;
};

/// `bytes` as one chunk; the empty text as the last one.
std::string to_chunk(std::string_view bytes);

}  // namespace triphammer::http
