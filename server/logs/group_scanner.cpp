#include "logs/group_scanner.hpp"

#include <algorithm>

namespace triphammer::logs {

namespace {

constexpr std::string_view kBegin = "##[group]";
constexpr std::string_view kEnd = "##[endgroup]";

}  // namespace

void GroupScanner::feed(std::string_view bytes) {
    while (!bytes.empty() && !is_full_) {
        const auto end = bytes.find('\n');
        const auto part = bytes.substr(0, end);
        const auto room = kEnd.size() - std::min(head_.size(), kEnd.size());
        head_.append(part.substr(0, room));
        is_open_ = true;
        if (end == std::string_view::npos) return;
        end_line();
        bytes.remove_prefix(end + 1);
    }
}

void GroupScanner::finish() {
    // Half a mark is written: what it becomes is seen with its rest.
    const bool may_become_mark = kBegin.starts_with(head_) || kEnd.starts_with(head_);
    const bool is_decided = head_ == kBegin || head_ == kEnd || !may_become_mark;
    if (is_open_ && !is_full_ && is_decided) end_line();
}

void GroupScanner::end_line() {
    const bool begins = head_.starts_with(kBegin);
    if (begins || head_.starts_with(kEnd)) {
        is_full_ = marks_.size() == limit_;
        if (!is_full_) marks_.push_back({line_, begins});
    }
    head_.clear();
    is_open_ = false;
    if (is_full_) return;
    known_ = ++line_;
}

}  // namespace triphammer::logs
