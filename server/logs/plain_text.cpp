#include "logs/plain_text.hpp"

#include <utility>

namespace triphammer::logs {

namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\a';

bool is_between(char c, char first, char last) {
    return c >= first && c <= last;
}

/// The last one, with all its bytes in UTF-8.
void drop_character(std::string& line) {
    while (!line.empty() && is_between(line.back(), '\x80', '\xbf')) line.pop_back();
    if (!line.empty()) line.pop_back();
}

}  // namespace

std::string PlainText::feed(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) take(c, out);
    return out;
}

std::string PlainText::finish() {
    return std::exchange(line_, {});
}

void PlainText::take(char c, std::string& out) {
    // A line's end ends what is not finished: a log is read by lines.
    if (in_ == In::text || c == '\n') return take_text(c, out);
    if (in_ == In::escape) return take_escape(c);
    if (in_ == In::sequence && !is_between(c, ' ', '?')) in_ = In::text;
    if (in_ == In::string_escape) in_ = In::text;  // ESC \, or a sequence that nobody finished
    if (in_ == In::string && c == kBell) in_ = In::text;
    if (in_ == In::string && c == kEscape) in_ = In::string_escape;
}

void PlainText::take_text(char c, std::string& out) {
    in_ = c == kEscape ? In::escape : In::text;
    if (c == '\n') {
        out += std::exchange(line_, {}) + '\n';
        is_redrawn_ = false;
    } else if (c == '\r') {
        is_redrawn_ = true;
    } else if (c == '\b') {
        drop_character(line_);
    } else if (c == '\t' || !(is_between(c, '\0', '\x1f') || c == '\x7f')) {
        if (std::exchange(is_redrawn_, false)) line_.clear();
        if (line_.size() == kMaxPlainLine) out += std::exchange(line_, {});
        line_ += c;
    }
}

void PlainText::take_escape(char c) {
    if (c == '[') {
        in_ = In::sequence;
    } else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
        in_ = In::string;
    } else if (!is_between(c, ' ', '/')) {
        in_ = In::text;
    }
}

}  // namespace triphammer::logs
