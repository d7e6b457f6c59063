#include "runner/image/name_text.hpp"

#include "base/text.hpp"
#include "execution/pattern.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace triphammer::runner {

namespace {

struct DateToken {
    std::string_view letters;
    const char* form;  // of strftime
};

// Longer ones first.
constexpr auto kDateTokens = std::to_array<DateToken>({
    {"YYYY", "%Y"},
    {"YY", "%y"},
    {"MM", "%m"},
    {"DD", "%d"},
    {"HH", "%H"},
    {"mm", "%M"},
    {"ss", "%S"},
    {"M", "%m"},
    {"D", "%d"},
    {"H", "%H"},
    {"m", "%M"},
    {"s", "%S"},
});

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string in_form(const std::tm& time, const DateToken& token) {
    std::array<char, 16> buffer{};
    const auto size = std::strftime(buffer.data(), buffer.size(), token.form, &time);
    std::string out{buffer.data(), size};
    const bool is_short = token.letters.size() == 1;
    return is_short && out.starts_with('0') ? out.substr(1) : out;
}

/// Milliseconds, and the seconds since 1970.
std::optional<std::string> in_numbers(TimePoint at, std::string_view rest, std::size_t& taken) {
    constexpr std::int64_t kSecond = 1000;
    const auto ms = to_unix_ms(at);
    taken = rest.starts_with("SSS") ? 3 : 1;
    if (rest.starts_with("SSS")) return std::to_string(kSecond + ms % kSecond).substr(1);
    if (rest.starts_with('X')) return std::to_string(ms / kSecond);
    if (rest.starts_with('x')) return std::to_string(ms);
    return {};
}

std::vector<std::string> parts_of(std::string_view release) {
    std::vector<std::string> out;
    for (const auto part : split(release, '.')) out.emplace_back(part);
    return out;
}

/// The groups of `expression` in `text`; empty: none, or the expression is wrong.
std::vector<std::string> groups_in(std::string_view expression, const std::string& text) {
    const auto pattern = execution::Pattern::make(expression);
    if (!pattern) return {};
    const auto found = pattern->find(execution::to_characters(text));
    return found && *found ? **found : std::vector<std::string>{};
}

std::string short_kind(const std::string& kind) {
    if (kind == "alpha") return "a";
    if (kind == "beta") return "b";
    return kind == "c" || kind == "pre" || kind == "preview" ? "rc" : kind;
}

std::string or_zero(const std::string& number) {
    return number.empty() ? "0" : number;
}

}  // namespace

std::vector<std::string> split_fields(std::string_view line) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        const bool is_doubled = quoted && c == '"' && line.substr(at + 1).starts_with('"');
        if (is_doubled) {
            out.back() += c;
            ++at;
        } else if (c == '"' && (quoted || out.back().empty())) {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

Attributes read_attributes(std::string_view rule, const std::string& bare) {
    Attributes out;
    for (const auto& field : split_fields(rule)) {
        const auto equals = field.find('=');
        if (equals == std::string::npos) {
            out[bare] = trim(field);
        } else {
            const std::string_view text = field;
            out[to_lower(trim(text.substr(0, equals)))] = trim(text.substr(equals + 1));
        }
    }
    return out;
}

std::string attribute_of(
    const Attributes& attributes, const std::string& name, std::string fallback
) {
    const auto found = attributes.find(name);
    if (found != attributes.end()) return found->second;
    return fallback;
}

Result<std::string> render_expressions(std::string_view text, const ExpressionLookup& lookup) {
    std::string out;
    for (;;) {
        const auto open = text.find("{{");
        out += text.substr(0, open);
        if (open == std::string_view::npos) return out;
        const auto close = text.find("}}", open);
        const auto inside = trim(text.substr(open + 2, close - open - 2));
        const auto value = lookup(inside);
        if (!value) return value.error();
        if (close == std::string_view::npos || !*value) {
            return invalid("'{{" + std::string{inside} + "}}' is not supported");
        }
        out += **value;
        text.remove_prefix(close + 2);
    }
}

Result<std::string> format_date(TimePoint at, std::string_view format) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    std::string out;
    while (!format.empty()) {
        std::size_t taken = 1;
        const auto close = format.find(']');
        const auto token =
            std::find_if(kDateTokens.begin(), kDateTokens.end(), [format](const DateToken& one) {
                return format.starts_with(one.letters);
            });
        if (format[0] == '[' && close != std::string_view::npos) {
            out += format.substr(1, close - 1);
            taken = close + 1;
        } else if (token != kDateTokens.end()) {
            out += in_form(time, *token);
            taken = token->letters.size();
        } else if (const auto number = in_numbers(at, format, taken)) {
            out += *number;
        } else if (is_letter(format[0])) {
            return invalid("the format '" + std::string{format} + "' of a date is not supported");
        } else {
            out += format[0];
        }
        format.remove_prefix(taken);
    }
    return out;
}

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Of semver.org: "must not include leading zeroes".
bool is_plain_number(std::string_view text) {
    const bool is_padded = text.size() > 1 && text[0] == '0';
    return !is_padded && std::all_of(text.begin(), text.end(), is_digit) &&
           parse_integer(text).has_value();
}

bool is_identifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-';
    });
}

/// What stands behind the first '-'.
bool is_early_release(std::string_view text) {
    const auto parts = parts_of(text);
    return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        const bool is_number = std::all_of(part.begin(), part.end(), is_digit);
        return is_identifier(part) && (!is_number || part.size() == 1 || part[0] != '0');
    });
}

/// What stands behind the '+'.
bool is_build(std::string_view text) {
    const auto parts = parts_of(text);
    return std::all_of(parts.begin(), parts.end(), is_identifier);
}

}  // namespace

std::optional<TagVersion> read_semver(const std::string& text) {
    TagVersion out;
    out.raw = text;
    out.version = text.starts_with('v') ? text.substr(1) : text;
    const auto plus = out.version.find('+');
    if (plus != std::string::npos && !is_build(std::string_view{out.version}.substr(plus + 1)))
        return {};
    out.version.resize(std::min(plus, out.version.size()));
    const auto dash = out.version.find('-');
    out.is_early = dash != std::string::npos;
    if (out.is_early && !is_early_release(std::string_view{out.version}.substr(dash + 1)))
        return {};
    out.parts = parts_of(std::string_view{out.version}.substr(0, dash));
    const bool is_fine =
        out.parts.size() == 3 && std::all_of(out.parts.begin(), out.parts.end(), is_plain_number);
    return is_fine ? std::optional{out} : std::nullopt;
}

std::optional<TagVersion> read_pep440(const std::string& text) {
    const auto groups = groups_in(
        "^v?([0-9]+(\\.[0-9]+)*)([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?([0-9]*))?"
        "([-_.]?(post|rev|r)[-_.]?([0-9]*))?([-_.]?dev[-_.]?([0-9]*))?$",
        to_lower(text)
    );
    if (groups.empty()) return {};
    TagVersion out;
    out.raw = text;
    out.version = groups[1];
    out.parts = parts_of(groups[1]);
    out.parts.resize(std::max<std::size_t>(out.parts.size(), 3), "0");
    if (!groups[3].empty()) out.version += short_kind(groups[4]) + or_zero(groups[5]);
    if (!groups[6].empty()) out.version += ".post" + or_zero(groups[8]);
    if (!groups[9].empty()) out.version += ".dev" + or_zero(groups[10]);
    out.is_early = !groups[3].empty() || !groups[6].empty() || !groups[9].empty();
    return out;
}

}  // namespace triphammer::runner
