#pragma once
// The five fields of `on.schedule.cron`. Source: GitHub's page "Events that trigger workflows",
// schedule, and POSIX crontab: numbers, names of months and days, `*`, lists, ranges, steps; no
// @daily and the like. Pure.

#include "base/result.hpp"

#include <bitset>
#include <string_view>

namespace triphammer::workflow {

struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;     // 1 … 31
    std::bitset<13> months;   // 1 … 12
    std::bitset<7> weekdays;  // 0: Sunday
    /// Whether the field begins with `*`. Where neither does, a day counts when either field has
    /// it.
    bool any_day = true;
    bool any_weekday = true;
};

/// Failure: invalid, with the field that is wrong.
Result<Cron> parse_cron(std::string_view text);

}  // namespace triphammer::workflow
