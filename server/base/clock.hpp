#pragma once
// Seam: time. Business code never calls std::chrono::system_clock::now() itself.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer {

using Milliseconds = std::chrono::milliseconds;
/// Wall clock, milliseconds since 1970 in UTC: what is stored and shown.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Milliseconds>;
/// Monotonic clock: what deadlines and leases are counted in.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class Clock {
  public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
    virtual Instant instant() const = 0;
};

class SystemClock final : public Clock {
  public:
    TimePoint now() const override;
    Instant instant() const override;
};

inline std::int64_t to_unix_ms(TimePoint at) {
    return at.time_since_epoch().count();
}

inline TimePoint from_unix_ms(std::int64_t ms) {
    return TimePoint{Milliseconds{ms}};
}

/// RFC 3339 in UTC with milliseconds: 2026-11-21T08:15:30.123Z
std::string to_rfc3339(TimePoint at);
/// Accepts RFC 3339 with `Z` or a numeric offset; nothing otherwise.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace triphammer
