#include "execution/mask_forms.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace triphammer::execution {

namespace {

using Forms = std::vector<std::string>;
using Escape = std::function<std::string(char)>;

std::string each(std::string_view value, const Escape& escape) {
    std::string out;
    for (const char c : value) out += escape(c);
    return out;
}

std::string hex_of(char c, const char* format) {
    char text[16];
    std::snprintf(text, sizeof text, format, static_cast<unsigned char>(c));
    return text;
}

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view{"-_./,+@%:="}.find(c) != std::string_view::npos;
}

/// What base64(1) and openssl(1) break into lines.
void add_lines(Forms& out, const std::string& encoded) {
    for (const std::size_t width : {76U, 64U}) {
        if (encoded.size() <= width) continue;
        for (std::size_t at = 0; at < encoded.size(); at += width) {
            out.push_back(encoded.substr(at, width));
        }
    }
}

/// base64 in the three positions that the value can have among other bytes: only the characters
/// that do not depend on the neighbours.
void add_base64(Forms& out, std::string_view value, std::string (*encode)(std::string_view)) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string encoded = encode(std::string(shift, '\0') + std::string{value});
        const std::size_t first = (shift * 8 + 5) / 6;
        const std::size_t end = (shift + value.size()) * 8 / 6;
        out.push_back(encoded.substr(first, end - first));
        if (shift > 0) continue;
        out.push_back(encoded);
        out.push_back(encoded.substr(0, encoded.find('=')));
        add_lines(out, encoded);
    }
}

void add_hex(Forms& out, std::string_view value) {
    out.push_back(each(value, [](char c) { return hex_of(c, "%02x"); }));
    out.push_back(each(value, [](char c) { return hex_of(c, "%02X"); }));
    out.push_back(each(value, [](char c) { return hex_of(c, "\\x%02x"); }));
}

void add_percent(Forms& out, std::string_view value) {
    const std::string upper = percent_encode(value);
    std::string plus;
    for (std::size_t at = 0; at < upper.size(); ++at) {
        const bool space = upper.compare(at, 3, "%20") == 0;
        plus += space ? '+' : upper[at];
        if (space) at += 2;
    }
    std::string lower = upper;
    for (std::size_t at = lower.find('%'); at != std::string::npos; at = lower.find('%', at + 3)) {
        std::transform(
            lower.begin() + static_cast<long>(at),
            lower.begin() + static_cast<long>(at) + 3,
            lower.begin() + static_cast<long>(at),
            [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; }
        );
    }
    out.insert(out.end(), {upper, plus, lower});
}

std::string json_control(char c) {
    switch (c) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        default:
            return hex_of(c, "\\u%04x");
    }
}

/// `also` are the characters that some writers escape besides: "/" as "\/", "<>&" as \u00XX.
std::string json_escaped(std::string_view value, std::string_view slashed, std::string_view coded) {
    const auto escape = [&](char c) -> std::string {
        if (slashed.find(c) != std::string_view::npos) return {'\\', c};
        if (coded.find(c) != std::string_view::npos) return hex_of(c, "\\u%04x");
        return static_cast<unsigned char>(c) < 0x20 ? json_control(c) : std::string{c};
    };
    return each(value, escape);
}

void add_json(Forms& out, std::string_view value) {
    out.push_back(json_escaped(value, "\"\\", ""));
    out.push_back(json_escaped(value, "\"\\/", ""));
    out.push_back(json_escaped(value, "\"\\", "<>&"));
    out.push_back(json_escaped(value, "\"\\", "<>&'"));
}

std::string ansi_c(char c) {
    if (c == '\'' || c == '\\') return {'\\', c};
    const bool plain =
        static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
    if (plain) return std::string{c};
    if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') return json_control(c);
    return hex_of(c, "\\%03o");
}

std::string in_double_quotes(char c) {
    return std::string_view{"\"$`\\"}.find(c) != std::string_view::npos ? std::string{'\\', c}
                                                                        : std::string{c};
}

/// 'it'\''s' and "it's" (set -x, ${x@Q}), it\'s (printf %q), $'it\'s'.
void add_shell(Forms& out, std::string_view value) {
    out.push_back(each(value, [](char c) {
        return c == '\'' ? std::string{"'\\''"} : std::string{c};
    }));
    out.push_back(each(value, [](char c) {
        return c == '\'' ? std::string{"'\"'\"'"} : std::string{c};
    }));
    out.push_back(each(value, [](char c) {
        return is_word(c) ? std::string{c} : std::string{'\\', c};
    }));
    out.push_back(each(value, ansi_c));
    out.push_back(each(value, in_double_quotes));
}

void add_all(Forms& out, std::string_view value) {
    out.emplace_back(value);
    add_base64(out, value, to_base64);
    add_base64(out, value, to_base64url);
    add_hex(out, value);
    add_percent(out, value);
    add_json(out, value);
    add_shell(out, value);
}

}  // namespace

std::vector<std::string> forms_of(std::string_view value, std::size_t least) {
    Forms out;
    add_all(out, value);
    const auto trimmed = trim(value);
    if (trimmed != value) add_all(out, trimmed);
    if (trimmed.find('\n') != std::string_view::npos) {
        for (const auto line : split(trimmed, '\n')) {
            if (trim(line).size() >= least) add_all(out, trim(line));
        }
    }
    std::erase_if(out, [&](const std::string& form) { return form.size() < least; });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace triphammer::execution
