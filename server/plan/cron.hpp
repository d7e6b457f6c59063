#pragma once
// `on.schedule`: five fields, and when they next hold in a time zone. Pure.
// Source: GitHub's page "Events that trigger workflows", schedule (POSIX cron); of days of the
// month and of the week either is enough where both are restricted.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// Offsets of one place from UTC. Empty: UTC.
struct Zone {
    struct Change {
        std::int64_t at = 0;      // unix seconds
        std::int64_t offset = 0;  // seconds east of UTC from then on
    };

    std::int64_t first_offset = 0;  // before the first change
    std::vector<Change> changes;    // in order

    std::int64_t offset_at(std::int64_t unix_seconds) const;
};

struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;     // of the month, from 1
    std::bitset<13> months;   // from 1
    std::bitset<7> weekdays;  // from Sunday
    bool any_day = false;
    bool any_weekday = false;
};

/// Numbers, names (JAN, SUN; without case), lists, ranges, steps. Error `invalid` names the field.
Result<Cron> parse_cron(std::string_view text);

/// The first minute after `after` at which it is due. A local time that the clock skips is due when
/// the clock has skipped it, one that comes twice is due once. Nothing: never (30 February).
std::optional<TimePoint> next_due(const Cron& cron, const Zone& zone, TimePoint after);

}  // namespace triphammer::plan
