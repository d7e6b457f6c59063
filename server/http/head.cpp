#include "http/head.hpp"

#include "base/text.hpp"
#include "http/target.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>

namespace triphammer::http {

namespace {

Refusal bad(std::string message) {
    return {400, std::move(message)};
}

bool is_token_char(unsigned char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    if (c >= '0' && c <= '9') return true;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return kMarks.find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_value_char(unsigned char c) {
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

std::string_view trim_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the next line off `block`; the scanner has seen that each ends with CRLF.
std::string_view take_line(std::string_view& block) {
    const auto end = std::min(block.find("\r\n"), block.size());
    const auto line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    return line;
}

Checked<Headers> parse_fields(std::string_view block) {
    Headers headers;
    for (auto line = take_line(block); !line.empty(); line = take_line(block)) {
        auto field = parse_field(line);
        if (!field) return field.error();
        headers.add(std::move(field->name), std::move(field->value));
    }
    return headers;
}

/// What the fields say about the body; the same rules for both directions (RFC 9112, 6.3), with
/// everything that two readers might see differently refused.
struct Framing {
    std::optional<std::uint64_t> length;
    bool chunked = false;
};

Checked<std::uint64_t> parse_length(std::string_view text) {
    const bool padded = text.size() > 1 && text.front() == '0';
    const auto value = parse_integer(text);
    if (padded || !value) return bad("Content-Length is not one decimal number");
    return static_cast<std::uint64_t>(*value);
}

Checked<Framing> read_framing(const Headers& headers) {
    const auto lengths = headers.count("Content-Length");
    const auto encodings = headers.count("Transfer-Encoding");
    if (lengths + encodings > 1) return bad("the length of the body is given more than once");
    Framing framing;
    if (encodings == 1) {
        if (!equal_ignoring_case(*headers.find("Transfer-Encoding"), "chunked")) {
            return bad("Transfer-Encoding may only be chunked");
        }
        framing.chunked = true;
    }
    if (lengths == 1) {
        auto length = parse_length(*headers.find("Content-Length"));
        if (!length) return length.error();
        framing.length = *length;
    }
    return framing;
}

Checked<Method> parse_method(std::string_view name) {
    constexpr std::array kMethods{
        Method::get,
        Method::head,
        Method::post,
        Method::put,
        Method::patch,
        Method::delete_,
        Method::options};
    for (const auto method : kMethods) {
        if (name == name_of(method)) return method;
    }
    if (!is_token(name)) return bad("the request line has no method");
    if (name == "TRACE" || name == "CONNECT") return Refusal{405, "method not allowed"};
    return Refusal{501, "method not known"};
}

struct RequestLine {
    std::string_view method;
    std::string_view target;
    std::string_view version;
};

Checked<RequestLine> split_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("the request line is broken");
    RequestLine out{
        line.substr(0, first), line.substr(first + 1, last - first - 1), line.substr(last + 1)};
    const bool visible = std::all_of(out.target.begin(), out.target.end(), [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != '#';
    });
    if (out.target.empty() || !visible) return bad("the request target has a forbidden character");
    return out;
}

Checked<bool> is_version_1_0(std::string_view version) {
    if (version == "HTTP/1.1") return false;
    if (version == "HTTP/1.0") return true;
    const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    if (other) return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    return bad("the request line has no version");
}

Checked<> check_host(const Headers& headers, bool http_1_0) {
    const auto hosts = headers.count("Host");
    if (hosts > 1 || (hosts == 0 && !http_1_0)) return bad("there must be exactly one Host");
    if (hosts == 0) return {};
    const auto host = *headers.find("Host");
    const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return is_token_char(c) || c == ':' || c == '[' || c == ']';
    });
    if (!plain) return bad("Host has a forbidden character");
    return {};
}

Checked<> read_target(std::string_view text, RequestHead& head) {
    head.target = text;
    if (text.starts_with("http://") || text.starts_with("https://")) {
        auto url = parse_url(text);
        if (!url) return bad(url.error().message);
        head.target = url->target;
    }
    auto target = parse_target(head.target);
    if (!target) return bad(target.error().message);
    head.path = std::move(target->path);
    head.segments = std::move(target->segments);
    head.query = std::move(target->query);
    return {};
}

Checked<> read_request_line(std::string_view line, const HeadLimits& limits, ParsedRequest& out) {
    auto parts = split_request_line(line);
    if (!parts) return parts.error();
    if (parts->target.size() > limits.max_target_bytes) return Refusal{414, "target too long"};
    auto old = is_version_1_0(parts->version);
    if (!old) return old.error();
    auto method = parse_method(parts->method);
    if (!method) return method.error();
    out.http_1_0 = *old;
    out.head.method = *method;
    out.is_head = *method == Method::head;
    return read_target(parts->target, out.head);
}

Checked<> read_request_framing(ParsedRequest& out) {
    auto framing = read_framing(out.head.headers);
    if (!framing) return framing.error();
    if (framing->chunked && out.http_1_0) return bad("HTTP/1.0 knows no Transfer-Encoding");
    out.head.chunked = framing->chunked;
    out.head.content_length = framing->length;
    return {};
}

Checked<> read_expectation(ParsedRequest& out) {
    const auto expect = out.head.headers.find("Expect");
    if (!expect) return {};
    if (!equal_ignoring_case(*expect, "100-continue")) {
        return Refusal{417, "the only expectation known here is 100-continue"};
    }
    out.expects_continue = !out.http_1_0;
    return {};
}

Checked<int> parse_status_line(std::string_view line) {
    const bool version = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
    if (!version || line.size() < 12) return bad("not an HTTP/1 status line");
    const auto status = parse_integer(line.substr(9, 3));
    const bool ended = line.size() == 12 || line[12] == ' ';
    if (!status || *status < 100 || !ended) return bad("not an HTTP/1 status line");
    return static_cast<int>(*status);
}

bool has_no_body(int status, bool answers_head) {
    return answers_head || status < 200 || status == 204 || status == 304;
}

}  // namespace

Checked<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) {
    for (;;) {
        const auto end = std::min(bytes.find_first_of("\r\n", scanned_), bytes.size());
        scanned_ = end;
        if (end == bytes.size()) break;
        if (bytes[end] == '\n') return bad("a line ends with LF alone");
        if (end + 1 == bytes.size()) break;
        if (bytes[end + 1] != '\n') return bad("a CR stands alone");
        const auto line = bytes.substr(line_start_, end - line_start_);
        if (auto checked = check_line(line); !checked) return checked.error();
        scanned_ = line_start_ = end + 2;
        if (line.empty()) return std::optional{scanned_};
    }
    // A method and a version are shorter than 64 bytes; the rest of an endless first line is
    // target.
    if (lines_ == 0 && bytes.size() > limits_.max_target_bytes + 64) {
        return Refusal{414, "the request target is too long"};
    }
    if (bytes.size() > limits_.max_head_bytes) return Refusal{431, "the head is too large"};
    return std::optional<std::size_t>{};
}

Checked<> HeadScanner::check_line(std::string_view line) {
    if (lines_ == 0 && line.empty()) return bad("the head begins with an empty line");
    if (lines_ == 0 && line.size() > limits_.max_target_bytes + 64) {
        return Refusal{414, "the request target is too long"};
    }
    const bool too_many = !line.empty() && lines_ > limits_.max_headers;
    const bool too_large = line_start_ + line.size() + 2 > limits_.max_head_bytes;
    if (too_many || too_large) return Refusal{431, "the head is too large"};
    ++lines_;
    return {};
}

Checked<Header> parse_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a field has no colon");
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return bad("a field's name has a forbidden character");
    const auto value = trim_blanks(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_char)) {
        return bad("a field's value has a forbidden character");
    }
    return Header{std::string{name}, std::string{value}};
}

Checked<ParsedRequest> parse_request_head(std::string_view block, const HeadLimits& limits) {
    ParsedRequest out;
    if (auto line = read_request_line(take_line(block), limits, out); !line) return line.error();
    auto fields = parse_fields(block);
    if (!fields) return fields.error();
    out.head.headers = std::move(*fields);
    if (auto host = check_host(out.head.headers, out.http_1_0); !host) return host.error();
    if (auto framing = read_request_framing(out); !framing) return framing.error();
    if (auto expectation = read_expectation(out); !expectation) return expectation.error();
    out.keep_alive = !out.http_1_0 && !out.head.headers.has_token("Connection", "close");
    return out;
}

Checked<ParsedResponse> parse_response_head(std::string_view block, bool answers_head) {
    auto status = parse_status_line(take_line(block));
    if (!status) return status.error();
    auto fields = parse_fields(block);
    if (!fields) return fields.error();
    auto framing = read_framing(*fields);
    if (!framing) return framing.error();
    ParsedResponse out;
    out.status = *status;
    out.headers = std::move(*fields);
    out.length = framing->length.value_or(0);
    if (has_no_body(out.status, answers_head)) return out;
    out.body_end = framing->chunked  ? BodyEnd::chunked
                   : framing->length ? BodyEnd::length
                                     : BodyEnd::close;
    return out;
}

}  // namespace triphammer::http
