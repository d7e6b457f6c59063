#include "logs/line_index.hpp"

#include "base/digest.hpp"
#include "logs/packed.hpp"

#include <algorithm>
#include <cstring>

namespace triphammer::logs {

namespace {

constexpr std::size_t kHead = 3 * 8;  // length, breaks, ends in a break
constexpr std::size_t kTail = 8;      // checksum

}  // namespace

void LineIndex::add(std::string_view bytes) {
    if (bytes.empty()) return;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
        at = static_cast<const char*>(found) + 1;
        if (++breaks_ % kLinesPerEntry == 0) {
            offsets_.push_back(length_ + static_cast<std::uint64_t>(at - bytes.data()));
        }
        if (at == end) break;
    }
    length_ += bytes.size();
    ends_in_break_ = bytes.back() == '\n';
}

LineIndex::Place LineIndex::find(std::uint64_t line) const {
    const auto entry = std::min<std::uint64_t>(line / kLinesPerEntry, offsets_.size());
    if (entry == 0) return {};
    return {entry * kLinesPerEntry, offsets_[static_cast<std::size_t>(entry - 1)]};
}

std::string LineIndex::to_bytes() const {
    std::string out;
    out.reserve(kHead + offsets_.size() * 8 + kTail);
    put_number(out, length_);
    put_number(out, breaks_);
    put_number(out, ends_in_break_ ? 1 : 0);
    for (const auto offset : offsets_) put_number(out, offset);
    put_number(out, crc32c(out));
    return out;
}

std::optional<LineIndex> LineIndex::from_bytes(std::string_view bytes) {
    if (bytes.size() < kHead + kTail || bytes.size() % 8 != 0) return {};
    auto tail = bytes.substr(bytes.size() - kTail);
    bytes.remove_suffix(kTail);
    if (take_number(tail) != crc32c(bytes)) return {};
    LineIndex index;
    index.length_ = take_number(bytes);
    index.breaks_ = take_number(bytes);
    index.ends_in_break_ = take_number(bytes) == 1;
    while (!bytes.empty()) index.offsets_.push_back(take_number(bytes));
    if (index.offsets_.size() != index.breaks_ / kLinesPerEntry) return {};
    return index;
}

}  // namespace triphammer::logs
