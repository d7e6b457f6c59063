#include "http/chunked.hpp"

#include <algorithm>
#include <charconv>

namespace triphammer::http {

namespace {

constexpr std::size_t kMaxLine = 256;
constexpr std::size_t kMaxTrailers = 4096;
constexpr std::size_t kMaxSizeDigits = 12;  // 256 TiB: no body limit is near

Refusal bad(const char* message) {
    return {400, message};
}

bool is_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c == '\t' || (c >= 0x20 && c != 0x7f);
    });
}

}  // namespace

Checked<std::size_t> ChunkedReader::feed(std::string_view bytes, std::string& out) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            used += take_data(bytes.substr(used), out);
            continue;
        }
        if (auto taken = take_line_byte(bytes[used]); !taken) return taken.error();
        ++used;
    }
    return used;
}

std::size_t ChunkedReader::take_data(std::string_view bytes, std::string& out) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    out.append(bytes.substr(0, count));
    left_ -= count;
    if (left_ == 0) state_ = State::data_end;
    return count;
}

Checked<> ChunkedReader::take_line_byte(char c) {
    if (saw_cr_ && c != '\n') return bad("a CR stands alone in a chunk");
    if (!saw_cr_ && c == '\n') return bad("a line of a chunk ends with LF alone");
    if (c == '\r') {
        saw_cr_ = true;
        return {};
    }
    if (c == '\n') {
        saw_cr_ = false;
        return end_line();
    }
    line_ += c;
    if (line_.size() > kMaxLine) return bad("a line of a chunk is too long");
    return {};
}

Checked<> ChunkedReader::end_line() {
    if (state_ == State::size_line) return end_size_line();
    if (state_ == State::data_end) {
        if (!line_.empty()) return bad("a chunk is longer than its size");
        state_ = State::size_line;
        return {};
    }
    if (line_.empty()) {
        state_ = State::done;
        return {};
    }
    trailer_bytes_ += line_.size();
    if (trailer_bytes_ > kMaxTrailers) return bad("the trailers are too large");
    if (auto field = parse_field(line_); !field) return field.error();
    line_.clear();
    return {};
}

Checked<> ChunkedReader::end_size_line() {
    const auto digits = std::min(line_.find(';'), line_.size());
    const auto* end = line_.data() + digits;
    const auto parsed = std::from_chars(line_.data(), end, left_, 16);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == end;
    if (!whole || digits > kMaxSizeDigits || line_.front() == '-') return bad("bad chunk size");
    if (!is_text(line_)) return bad("bad chunk extension");
    line_.clear();
    state_ = left_ == 0 ? State::trailer : State::data;
    return {};
}

std::string to_chunk(std::string_view bytes) {
    char size[20];
    const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
    std::string out{size, end};
    out += "\r\n";
    out += bytes;
    out += "\r\n";
    return out;
}

}  // namespace triphammer::http
