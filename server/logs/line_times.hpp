#pragma once
// When the lines of a log began to come: a list of moments, each with the line that was its first.
// Pure, in memory: at most kMaxMoments of 16 bytes; before there are more, every second one goes,
// and from then on they lie twice as far apart.

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::logs {

inline constexpr std::size_t kMaxMoments = 4096;

struct LineMoment {
    std::uint64_t line = 0;  // 0-based
    TimePoint at = {};

    friend bool operator==(const LineMoment&, const LineMoment&) = default;
};

class LineTimes {
  public:
    /// `line` began now, and perhaps lines after it. A clock that goes back is not believed.
    void add(std::uint64_t line, TimePoint now);

    /// The moment in which line `first` began, then those after it before line `first` + `count`.
    /// Empty where nothing is known of line `first` or before.
    std::vector<LineMoment> find(std::uint64_t first, std::uint64_t count) const;

    /// How much later than its moment a line may have come.
    Milliseconds precision() const { return precision_; }

    /// For the file beside the log; little endian numbers.
    std::string to_bytes() const;
    /// Nothing for bytes that to_bytes never wrote.
    static std::optional<LineTimes> from_bytes(std::string_view bytes);

  private:
    void thin();

    std::vector<LineMoment> moments_;
    Milliseconds precision_{250};
};

}  // namespace triphammer::logs
