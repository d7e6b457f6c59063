#include "logs/line_collector.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::logs {

namespace {

constexpr std::string_view kCutMark = "…\n";

}  // namespace

bool LineCollector::feed(std::string_view bytes) {
    while (!bytes.empty() && !is_done_) {
        const auto end = bytes.find('\n');
        const bool is_whole = end != std::string_view::npos;
        const auto part = bytes.substr(0, is_whole ? end : bytes.size());
        bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
        is_open_ = true;
        if (line_ >= range_.first) add(part);
        if (is_whole && !is_done_) is_done_ = !end_line();
    }
    return !is_done_;
}

void LineCollector::add(std::string_view part) {
    if (is_cut_) return;
    const auto limit = range_.max_line_bytes > 0 ? std::min(range_.max_line_bytes, kMaxAnswerBytes)
                                                 : kMaxAnswerBytes;
    const auto length = out_.size() - line_begin_;
    const auto room = static_cast<std::size_t>(limit - std::min<std::uint64_t>(length, limit));
    is_cut_ = part.size() > room;
    out_.append(part.substr(0, room));
    if (!is_cut_) return;
    // The byte after the cut tells whether it lies inside a character.
    const auto line = out_.substr(line_begin_) + part[room];
    out_.resize(line_begin_ + cut_utf8(line, line.size() - 1).size());
}

/// False: the answer is full.
bool LineCollector::end_line() {
    is_open_ = false;
    if (line_++ < range_.first) return true;
    out_ += is_cut_ ? kCutMark : std::string_view{"\n"};
    // One line is always given, however long; another only if it fits.
    if (out_.size() > kMaxAnswerBytes && count_ > 0) {
        out_.resize(line_begin_);
        return false;
    }
    line_begin_ = out_.size();
    is_cut_ = false;
    return ++count_ < range_.count;
}

void LineCollector::finish() {
    if (!is_open_ || is_done_ || line_ < range_.first) return;
    if (is_cut_) out_ += kCutMark;
    ++count_;
}

}  // namespace triphammer::logs
