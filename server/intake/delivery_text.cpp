#include "intake/delivery_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace triphammer::intake {

namespace {

constexpr std::size_t kMaxName = 100;

bool is_name_char(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

bool is_private(std::string_view name) {
    constexpr std::array<std::string_view, 5> kPrivate{
        "authorization", "cookie", "proxy-authorization", "x-hub-signature", "x-hub-signature-256"};
    return std::find(kPrivate.begin(), kPrivate.end(), name) != kPrivate.end();
}

}  // namespace

std::string name_from_header(const http::Headers& headers, std::string_view name) {
    if (headers.count(name) != 1) return {};
    const auto value = *headers.find(name);
    if (value.size() > kMaxName || !std::all_of(value.begin(), value.end(), is_name_char))
        return {};
    return std::string{value};
}

std::string headers_to_json(const http::Headers& headers) {
    std::string out = "{";
    std::set<std::string> seen;
    for (const auto& field : headers) {
        auto name = to_lower(field.name);
        if (is_private(name) || seen.count(name) > 0) continue;
        if (out.size() > 1) out += ',';
        out += http::to_json_text(name) + ':' + http::to_json_text(field.value);
        seen.insert(std::move(name));
    }
    return out + '}';
}

}  // namespace triphammer::intake
