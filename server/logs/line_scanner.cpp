#include "logs/line_scanner.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::logs {

LineScanner::LineScanner(std::string_view text, std::size_t limit)
    : text_{to_lower(text)}, limit_{limit} {}

void LineScanner::feed(std::string_view bytes) {
    if (bytes.empty()) return;
    chunk_ = carry_;
    for (const char byte : bytes) {
        chunk_.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte);
    }
    std::string_view rest{chunk_};
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        search(rest.substr(0, end));
        end_line();
        rest.remove_prefix(end + 1);
    }
    search(rest);
    is_open_ = is_open_ || !rest.empty();
    // A match may lie across two chunks: the end of this one is looked at again with the next.
    const auto keep = std::min(rest.size(), text_.size() - 1);
    carry_ = rest.substr(rest.size() - keep);
}

void LineScanner::finish() {
    if (is_open_) end_line();
}

void LineScanner::search(std::string_view segment) {
    if (!is_match_) is_match_ = segment.find(text_) != std::string_view::npos;
}

void LineScanner::end_line() {
    if (is_match_) {
        ++total_;
        if (lines_.size() < limit_) lines_.push_back(line_);
    }
    ++line_;
    is_match_ = false;
    is_open_ = false;
}

}  // namespace triphammer::logs
