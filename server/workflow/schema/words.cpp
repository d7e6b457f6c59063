#include "workflow/schema/words.hpp"

#include <algorithm>

namespace triphammer::workflow {

namespace {

constexpr std::size_t kMaxIdentifier = 99;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_identifier(std::string_view text) {
    if (text.empty() || text.size() > kMaxIdentifier || !is_letter(text[0])) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-';
    });
}

bool is_duration(std::string_view text) {
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()
    );
    const auto unit = text.substr(digits);
    if (digits == 0 || digits > 9) return false;
    return unit == "ms" || unit == "s" || unit == "m" || unit == "h";
}

void warn_when_empty(const Node& node, Report& report) {
    if (node.kind != NodeKind::null) return;
    report.warning(
        "empty-map", node.at, "nothing stands here", "remove the key, or indent what belongs to it"
    );
}

}  // namespace triphammer::workflow
