#include "report/markdown.hpp"

#include "base/markup.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::report {

namespace {

constexpr std::string_view kNothing = "\xE2\x80\x8B";  // U+200B: a mention ends before it

/// Without line breaks and control characters; an @ calls nobody, wherever the text is copied to.
std::string one_line(std::string_view text, std::size_t most) {
    std::string out;
    const auto cut = cut_utf8(text, most);
    for (const char c : cut) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? ' ' : c;
        if (c == '@') out += kNothing;
    }
    if (cut.size() < text.size()) out += "...";
    return std::string{trim(out)};
}

std::size_t longest_run(std::string_view text, char wanted) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == wanted ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

/// Whole lines where there is one that fits.
std::string_view cut_lines(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    const auto part = cut_utf8(text, most);
    const auto end = part.rfind('\n');
    return end == std::string_view::npos ? part : part.substr(0, end);
}

}  // namespace

std::string code_span(std::string_view text, std::size_t most) {
    const auto line = one_line(text, most);
    const std::string ticks(longest_run(line, '`') + 1, '`');
    if (line.empty()) return "``` ```";
    const auto* room = ticks.size() > 1 ? " " : "";
    return ticks + room + line + room + ticks;
}

std::string html_code(std::string_view text, std::size_t most) {
    return "<code>" + escape_markup(one_line(text, most)) + "</code>";
}

std::string fence(std::string_view text, std::size_t most) {
    auto body = std::string{cut_lines(text, most)};
    std::erase(body, '\r');
    while (body.ends_with('\n')) body.pop_back();
    const std::string ticks(std::max<std::size_t>(3, longest_run(body, '`') + 1), '`');
    return ticks + "text\n" + body + '\n' + ticks + '\n';
}

}  // namespace triphammer::report
