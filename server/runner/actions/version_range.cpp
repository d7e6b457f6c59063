#include "runner/actions/version_range.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace triphammer::runner {

namespace {

using Parts = std::array<int, 3>;
constexpr int kMost = std::numeric_limits<int>::max();
constexpr std::string_view kDigits = "0123456789";

/// "1", "1.2", "1.2.x" and so on: what is said, and how many parts of it.
struct Partial {
    Parts parts{};
    int known = 0;
};

Error no_range(std::string_view text) {
    return invalid("'" + std::string{text} + "' is no version and no range of versions");
}

std::string_view without_letter(std::string_view text) {
    if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.remove_prefix(1);
    return text;
}

std::optional<Partial> parse_partial(std::string_view text) {
    Partial out;
    text = without_letter(text);
    text = text.substr(0, text.find_first_of("-+"));
    const auto parts = split(text, '.');
    if (text.empty() || parts.size() > out.parts.size()) return {};
    for (const auto part : parts) {
        if (part == "x" || part == "X" || part == "*") return out;
        auto& value = out.parts.at(static_cast<std::size_t>(out.known));
        const auto* end = part.data() + part.size();
        const auto read = std::from_chars(part.data(), end, value);
        if (part.empty() || read.ec != std::errc{} || read.ptr != end) return {};
        ++out.known;
    }
    return out;
}

/// The first version behind all that begin with the first `count` parts.
Parts next_of(Parts parts, int count) {
    if (count == 0) return {kMost, 0, 0};
    const auto last = static_cast<std::size_t>(count - 1);
    ++parts.at(last);
    for (auto at = last + 1; at < parts.size(); ++at) parts.at(at) = 0;
    return parts;
}

/// ^1.2.3 keeps the first part that is not 0.
int kept_by_caret(const Partial& partial) {
    for (int at = 0; at < partial.known; ++at) {
        if (partial.parts.at(static_cast<std::size_t>(at)) != 0) return at + 1;
    }
    return std::max(partial.known, 1);
}

std::string_view take_operator(std::string_view& text) {
    for (const std::string_view sign : {">=", "<=", ">", "<", "==", "=", "^", "~="}) {
        if (!text.starts_with(sign)) continue;
        text.remove_prefix(sign.size());
        return sign;
    }
    if (!text.starts_with('~')) return {};
    text.remove_prefix(text.starts_with("~>") ? 2 : 1);
    return "~";
}

/// ">= 3.9, < 4" → ">=3.9 <4"
std::string without_gaps(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool gap = c == ' ' || c == ',' || c == '\t';
        if (!gap) out += c;
        if (!gap || out.empty()) continue;
        const bool after_sign =
            std::string_view{"<>=^~"}.find(out.back()) != std::string_view::npos;
        if (!after_sign && out.back() != ' ') out += ' ';
    }
    return out;
}

}  // namespace

std::optional<Version> find_version(std::string_view text) {
    const auto begin = text.find_first_of(kDigits);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    Version out;
    std::size_t at = 0;
    while (at < out.parts.size()) {
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, out.parts.at(at));
        if (read.ec != std::errc{}) break;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        ++at;
        if (!text.starts_with('.')) break;
        text.remove_prefix(1);
    }
    out.is_early =
        !text.empty() && (text[0] == 'a' || text[0] == 'b' || text[0] == 'r' || text[0] == '-');
    if (out.parts[0] == 1 && out.parts[1] == 8 && text.starts_with('_'))
        out.parts = {8, 0, out.parts[2]};
    return out;
}

std::string version_text(const Version& version) {
    const auto& parts = version.parts;
    return std::to_string(parts[0]) + "." + std::to_string(parts[1]) + "." +
           std::to_string(parts[2]);
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
    VersionRange out;
    for (;;) {
        const auto bar = text.find("||");
        auto span = parse_all_of(trim(text.substr(0, bar)));
        if (!span) return span.error();
        out.any_of_.push_back(*span);
        if (bar == std::string_view::npos) return out;
        text.remove_prefix(bar + 2);
    }
}

Result<VersionRange::Span> VersionRange::parse_all_of(std::string_view text) {
    const auto dash = text.find(" - ");
    if (dash != std::string_view::npos) {
        const auto low = parse_partial(trim(text.substr(0, dash)));
        const auto high = parse_partial(trim(text.substr(dash + 3)));
        if (!low || !high) return no_range(text);
        return Span{low->parts, next_of(high->parts, high->known)};
    }
    Span out{{0, 0, 0}, {kMost, 0, 0}};
    const auto close = without_gaps(text);
    for (const auto word : split(close, ' ')) {
        if (word.empty()) continue;
        const auto one = parse_one(word);
        if (!one) return no_range(text);
        out.low = std::max(out.low, one->low);
        out.high = std::min(out.high, one->high);
    }
    return out;
}

Result<VersionRange::Span> VersionRange::parse_one(std::string_view text) {
    const Parts none{0, 0, 0};
    const Parts all{kMost, 0, 0};
    auto rest = text;
    const auto sign = take_operator(rest);
    const auto partial = parse_partial(rest);
    if (!partial) return no_range(text);
    const auto after = next_of(partial->parts, partial->known);
    if (sign == ">=") return Span{partial->parts, all};
    if (sign == ">") return Span{after, all};
    if (sign == "<") return Span{none, partial->parts};
    if (sign == "<=") return Span{none, after};
    if (sign == "^") return Span{partial->parts, next_of(partial->parts, kept_by_caret(*partial))};
    if (sign == "~")
        return Span{partial->parts, next_of(partial->parts, std::min(partial->known, 2))};
    if (sign == "~=")
        return Span{partial->parts, next_of(partial->parts, std::max(partial->known - 1, 1))};
    return Span{partial->parts, after};
}

bool VersionRange::has(const Version& version) const {
    return std::any_of(any_of_.begin(), any_of_.end(), [&](const Span& span) {
        return version.parts >= span.low && version.parts < span.high;
    });
}

}  // namespace triphammer::runner
