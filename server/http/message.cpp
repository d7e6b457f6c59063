#include "http/message.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace triphammer::http {

namespace {

struct Phrase {
    int status;
    std::string_view text;
};

constexpr std::array kPhrases{
    Phrase{100, "Continue"},
    Phrase{101, "Switching Protocols"},
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{202, "Accepted"},
    Phrase{204, "No Content"},
    Phrase{206, "Partial Content"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{303, "See Other"},
    Phrase{304, "Not Modified"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{408, "Request Timeout"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{413, "Content Too Large"},
    Phrase{414, "URI Too Long"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{416, "Range Not Satisfiable"},
    Phrase{417, "Expectation Failed"},
    Phrase{422, "Unprocessable Content"},
    Phrase{426, "Upgrade Required"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
    Phrase{505, "HTTP Version Not Supported"},
    Phrase{507, "Insufficient Storage"},
};

bool names_token(std::string_view value, std::string_view token) {
    const auto parts = split(value, ',');
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return equal_ignoring_case(trim(part), token);
    });
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        default:
            break;
    }
    if (static_cast<unsigned char>(c) >= 0x20) {
        out += c;
        return;
    }
    out += "\\u00" + to_hex(std::string_view{&c, 1});
}

std::size_t sequence_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t wanted = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (wanted > text.size() || !is_utf8(text.substr(0, wanted))) return 0;
    return wanted;
}

}  // namespace

std::string_view name_of(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
    }
    return "GET";
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& field : fields_) {
        if (equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(),
        fields_.end(),
        [&](const Header& field) { return equal_ignoring_case(field.name, name); }
    ));
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
    return std::any_of(fields_.begin(), fields_.end(), [&](const Header& field) {
        return equal_ignoring_case(field.name, name) && names_token(field.value, token);
    });
}

void Headers::add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_, [&](const Header& field) {
        return equal_ignoring_case(field.name, name);
    });
    add(std::move(name), std::move(value));
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.name == name) return field.value;
    }
    return std::nullopt;
}

std::size_t Query::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(), [&](const QueryField& field) { return field.name == name; }
    ));
}

void Query::add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

std::string_view reason_of(int status) {
    for (const auto& phrase : kPhrases) {
        if (phrase.status == status) return phrase.text;
    }
    return "Unknown";
}

Response make_text(int status, std::string body, std::string content_type) {
    Response response{status};
    response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

Response make_json(int status, std::string body) {
    return make_text(status, std::move(body), "application/json");
}

Response make_error(int status, std::string_view code, std::string_view message) {
    std::string body = R"({"error":{"code":)";
    body += to_json_text(code);
    body += R"(,"message":)";
    body += to_json_text(message);
    body += "}}";
    return make_json(status, std::move(body));
}

Response make_too_many(std::chrono::seconds wait) {
    auto response = make_error(
        429, "too_many", "too many failures from this address; wait before the next try"
    );
    response.headers.add("Retry-After", std::to_string(wait.count()));
    return response;
}

Response make_error(const Error& error) {
    return make_error(status_of(error.code), name_of(error.code), error.message);
}

int status_of(Code code) {
    switch (code) {
        case Code::invalid:
            return 400;
        case Code::unauthorized:
            return 401;
        case Code::refused:
            return 403;
        case Code::not_found:
            return 404;
        case Code::conflict:
            return 409;
        case Code::too_large:
            return 413;
        case Code::timed_out:
        case Code::cancelled:
        case Code::unavailable:
        case Code::disk_full:
            return 503;
        case Code::protocol:
            return 502;
        case Code::io:
        case Code::internal:
            return 500;
    }
    return 500;
}

std::string to_json_text(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0) out += "\xef\xbf\xbd";
        if (length == 1) append_escaped(out, text.front());
        if (length > 1) out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
    return out;
}

}  // namespace triphammer::http
