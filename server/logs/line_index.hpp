#pragma once
// A sparse index of lines: where every 256th line begins. Pure, in memory: 8 bytes per 256 lines.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::logs {

inline constexpr std::uint64_t kLinesPerEntry = 256;

class LineIndex {
  public:
    /// The bytes that follow at the log's end.
    void add(std::string_view bytes);

    /// Bytes seen.
    std::uint64_t length() const { return length_; }

    /// Lines, an unfinished last one counted.
    std::uint64_t lines() const { return breaks_ + (ends_in_break_ || length_ == 0 ? 0 : 1); }

    struct Place {
        std::uint64_t line = 0;    // at most the one asked for
        std::uint64_t offset = 0;  // where that line begins
    };

    /// The indexed line at or before `line`.
    Place find(std::uint64_t line) const;

    /// For the file beside the log; little endian numbers.
    std::string to_bytes() const;
    /// Nothing for bytes that to_bytes never wrote.
    static std::optional<LineIndex> from_bytes(std::string_view bytes);

  private:
    std::vector<std::uint64_t> offsets_;  // of lines 256, 512, …
    std::uint64_t length_ = 0;
    std::uint64_t breaks_ = 0;  // line feeds seen
    bool ends_in_break_ = false;
};

}  // namespace triphammer::logs
