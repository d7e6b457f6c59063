#include "api/call/stored_file.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::api {

namespace {

std::string to_ascii(const std::string& name) {
    std::string out = name;
    for (auto& c : out) {
        const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%';
        if (!plain) c = '_';
    }
    return out;
}

/// `bytes=-COUNT`: the last ones.
ByteRange last_bytes(std::int64_t count, std::uint64_t size) {
    const auto length = std::min(size, static_cast<std::uint64_t>(count));
    return {size - length, length, true};
}

}  // namespace

std::string attachment_of(const std::string& name) {
    const auto plain = to_ascii(name);
    auto value = "attachment; filename=\"" + plain + "\"";
    if (plain != name) value += "; filename*=UTF-8''" + percent_encode(name);
    return value;
}

std::optional<ByteRange> read_range(const http::Headers& headers, std::uint64_t size) {
    const ByteRange whole{0, size, false};
    const auto field = headers.find("Range").value_or("");
    if (!field.starts_with("bytes=") || field.find(',') != std::string_view::npos) return whole;
    const auto asked = field.substr(6);
    const auto dash = asked.find('-');
    if (dash == std::string_view::npos) return whole;
    const auto first = parse_integer(asked.substr(0, dash));
    const auto last = parse_integer(asked.substr(dash + 1));
    if (!first && dash == 0 && last && *last > 0) return last_bytes(*last, size);
    if (!first) return whole;
    const auto begin = static_cast<std::uint64_t>(*first);
    if (begin >= size) return {};
    const auto end = last ? std::min(size, static_cast<std::uint64_t>(*last) + 1) : size;
    if (end <= begin) return whole;
    return ByteRange{begin, end - begin, true};
}

http::Response send_file(const Call& call, http::FileBody file, std::string content_type) {
    const auto size = file.length;
    const auto range = read_range(call.request.headers, size);
    if (!range) return http::make_error(416, "invalid", "the range begins behind the file's end");
    http::Response response{range->partial ? 206 : 200};
    response.headers.set("Content-Type", std::move(content_type));
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.headers.set("Accept-Ranges", "bytes");
    if (range->partial) {
        const auto last = std::to_string(range->first + range->length - 1);
        response.headers.set(
            "Content-Range",
            "bytes " + std::to_string(range->first) + "-" + last + "/" + std::to_string(size)
        );
    }
    response.body = http::FileBody{std::move(file.file), range->first, range->length};
    return response;
}

http::Response make_download(const Call& call, artifacts::Opened opened, const std::string& name) {
    auto response =
        send_file(call, {std::move(opened.file), 0, opened.bytes}, "application/octet-stream");
    if (response.status != 416) response.headers.set("Content-Disposition", attachment_of(name));
    return response;
}

}  // namespace triphammer::api
