#pragma once
// Picks a range of lines out of bytes that arrive in chunks. Pure; memory is bounded by
// kMaxAnswerBytes.

#include "logs/log_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::logs {

class LineCollector {
  public:
    /// The first byte fed begins line number `line`, at most range.first.
    LineCollector(const LineRange& range, std::uint64_t line) : range_{range}, line_{line} {}

    /// False: nothing more is wanted.
    bool feed(std::string_view bytes);
    /// No more bytes: an unfinished last line counts.
    void finish();

    std::uint64_t count() const { return count_; }

    std::string take() { return std::move(out_); }

  private:
    void add(std::string_view part);
    bool end_line();

    LineRange range_;
    std::uint64_t line_;
    std::string out_;
    std::size_t line_begin_ = 0;  // in out_
    std::uint64_t count_ = 0;
    bool is_cut_ = false;   // the line was longer than its limit
    bool is_open_ = false;  // the line has bytes and no end yet
    bool is_done_ = false;
};

}  // namespace triphammer::logs
