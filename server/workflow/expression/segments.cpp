#include "workflow/expression/segments.hpp"

#include "base/text.hpp"

namespace triphammer::workflow::expression {

namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

/// Where the expression that begins at `from` is closed; npos when it is not.
std::size_t find_close(std::string_view text, std::size_t from) {
    bool quoted = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '\'') quoted = !quoted;
        if (!quoted && text.substr(i).starts_with(kClose)) return i;
    }
    return std::string_view::npos;
}

}  // namespace

boost::system::result<std::vector<Segment>, Failure> split_segments(std::string_view text) {
    std::vector<Segment> out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto open = text.find(kOpen, at);
        if (open != at) out.push_back({false, text.substr(at, open - at), at});
        if (open == std::string_view::npos) break;
        const auto begin = open + kOpen.size();
        const auto close = find_close(text, begin);
        if (close == std::string_view::npos) {
            return Failure{"this ${{ is never closed by }}", open + 1};
        }
        out.push_back({true, text.substr(begin, close - begin), begin});
        at = close + kClose.size();
    }
    return out;
}

bool has_expression(std::string_view text) {
    return text.find(kOpen) != std::string_view::npos;
}

std::string_view strip_braces(std::string_view text) {
    const auto inner = trim(text);
    if (!inner.starts_with(kOpen)) return text;
    const auto segments = split_segments(inner);
    if (!segments || segments->size() != 1) return text;
    return segments->front().text;
}

std::string_view strip_condition(std::string_view text) {
    return trim(text).size() == text.size() ? strip_braces(text) : text;
}

}  // namespace triphammer::workflow::expression
