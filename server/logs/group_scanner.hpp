#pragma once
// Finds the lines that begin or end a group (`##[group]`, `##[endgroup]`), in bytes that arrive in
// chunks. Pure; memory does not grow with the length of a line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::logs {

struct GroupMark {
    std::uint64_t line = 0;  // 0-based
    bool begins = false;

    friend bool operator==(const GroupMark&, const GroupMark&) = default;
};

class GroupScanner {
  public:
    /// At most `limit` marks are kept.
    explicit GroupScanner(std::size_t limit) : limit_{limit} {}

    void feed(std::string_view bytes);
    /// No more bytes: an unfinished last line counts, unless it is the beginning of a mark.
    void finish();

    /// There are more marks than are kept: what follows tells nothing.
    bool is_full() const { return is_full_; }

    const std::vector<GroupMark>& marks() const { return marks_; }

    /// Lines of which all marks are known: fewer than the log's where there were too many marks, or
    /// the last line is half a mark.
    std::uint64_t lines() const { return known_; }

  private:
    void end_line();

    std::size_t limit_;
    std::vector<GroupMark> marks_;
    std::string head_;  // the first bytes of the unfinished line
    std::uint64_t line_ = 0;
    std::uint64_t known_ = 0;
    bool is_open_ = false;
    bool is_full_ = false;
};

}  // namespace triphammer::logs
