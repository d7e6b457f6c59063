#pragma once
// Finds lines that hold a text, in bytes that arrive in chunks. Pure; memory does not grow with
// the length of a line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::logs {

class LineScanner {
  public:
    /// ASCII case is ignored; at most `limit` line numbers are kept.
    LineScanner(std::string_view text, std::size_t limit);

    void feed(std::string_view bytes);
    /// No more bytes: an unfinished last line counts.
    void finish();

    /// 0-based.
    const std::vector<std::uint64_t>& lines() const { return lines_; }

    /// All lines that hold the text, kept or not.
    std::uint64_t total() const { return total_; }

    std::uint64_t searched() const { return line_; }

  private:
    void search(std::string_view segment);
    void end_line();

    std::string text_;
    std::size_t limit_;
    std::vector<std::uint64_t> lines_;
    std::uint64_t total_ = 0;
    std::uint64_t line_ = 0;
    std::string chunk_;  // lower case, with the end of the unfinished line before it in front
    std::string carry_;
    bool is_match_ = false;
    bool is_open_ = false;
};

}  // namespace triphammer::logs
