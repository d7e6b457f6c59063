#include "http/response_head.hpp"

#include <array>
#include <ctime>

namespace triphammer::http {

namespace {

std::string make_date(std::time_t now) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 64> text{};
    const auto size =
        std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    return {text.data(), size};
}

/// Formatting costs as much as the rest of the head, so it is done once a second.
const std::string& date_line() {
    thread_local std::time_t at = 0;
    thread_local std::string line;
    const auto now = std::time(nullptr);
    if (now != at) {
        at = now;
        line = make_date(now);
    }
    return line;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
    out += "\r\n";
}

std::string make_start(const Response& response) {
    std::string out = "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_of(response.status);
    out += "\r\n";
    out += date_line();
    for (const auto& field : response.headers) append_field(out, field.name, field.value);
    return out;
}

}  // namespace

std::string make_response_head(const Response& response, const ResponseFraming& framing) {
    auto out = make_start(response);
    if (framing.length) append_field(out, "Content-Length", std::to_string(*framing.length));
    if (framing.chunked) append_field(out, "Transfer-Encoding", "chunked");
    if (framing.close) append_field(out, "Connection", "close");
    out += "\r\n";
    return out;
}

std::string make_upgrade_head(const Response& response, std::string_view protocol) {
    Response switching = response;
    switching.status = 101;
    auto out = make_start(switching);
    append_field(out, "Connection", "Upgrade");
    append_field(out, "Upgrade", protocol);
    out += "\r\n";
    return out;
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace triphammer::http
