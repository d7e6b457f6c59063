#include "plan/cron.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace triphammer::plan {

namespace {

namespace chrono = std::chrono;

// 29 February of a given weekday: at most 40 years away where a century is no leap year.
constexpr int kMaxDays = 366 * 41;
constexpr std::int64_t kDay = 24 * 3600;

constexpr std::array<std::string_view, 12> kMonths{
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{
    "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

/// One field: what its numbers mean.
struct Field {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    const std::string_view* names = nullptr;
    std::size_t named = 0;
};

constexpr Field kMinute{"minute", 0, 59};
constexpr Field kHour{"hour", 0, 23};
constexpr Field kDayOfMonth{"day of the month", 1, 31};
constexpr Field kMonth{"month", 1, 12, kMonths.data(), kMonths.size()};
constexpr Field kWeekday{"day of the week", 0, 7, kWeekdays.data(), kWeekdays.size()};

Error wrong(const Field& field, std::string_view text) {
    return invalid("'" + std::string{text} + "' is no " + std::string{field.name});
}

std::optional<std::size_t> read_value(const Field& field, std::string_view text) {
    for (std::size_t i = 0; i < field.named; ++i) {
        if (equal_ignoring_case(field.names[i], text)) return i + field.least;
    }
    const auto number = parse_integer(text);
    if (!number) return {};
    const auto value = static_cast<std::size_t>(*number);
    if (value < field.least || value > field.most) return {};
    return value;
}

struct Range {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t step = 1;
};

std::optional<Range> read_range(const Field& field, std::string_view text) {
    Range range{field.least, field.most};
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto step = parse_integer(text.substr(slash + 1));
        if (!step || *step < 1) return {};
        range.step = static_cast<std::size_t>(*step);
        text = text.substr(0, slash);
    }
    if (text == "*") return range;
    const auto dash = text.find('-');
    const auto first = read_value(field, text.substr(0, dash));
    if (!first) return {};
    range.first = *first;
    if (dash == std::string_view::npos) {
        if (slash == std::string_view::npos) range.last = *first;
        return range;
    }
    const auto last = read_value(field, text.substr(dash + 1));
    if (!last || *last < range.first) return {};
    range.last = *last;
    return range;
}

template <std::size_t Size>
Result<> read_field(const Field& field, std::string_view text, std::bitset<Size>& out) {
    for (const auto part : split(text, ',')) {
        const auto range = read_range(field, part);
        if (!range) return wrong(field, part);
        for (auto value = range->first; value <= range->last; value += range->step) {
            out.set(value % Size);  // a Sunday is 0 and 7
        }
    }
    return {};
}

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (const auto word : split(text, ' ')) {
        const auto trimmed = trim(word);
        if (!trimmed.empty()) words.push_back(trimmed);
    }
    return words;
}

bool is_day(const Cron& cron, chrono::sys_days day) {
    const chrono::year_month_day date{day};
    const chrono::weekday weekday{day};
    if (!cron.months[static_cast<unsigned>(date.month())]) return false;
    const bool by_day = cron.days[static_cast<unsigned>(date.day())];
    const bool by_weekday = cron.weekdays[weekday.c_encoding()];
    if (cron.any_day || cron.any_weekday) return by_day && by_weekday;
    return by_day || by_weekday;
}

/// The moment at which clocks there show `local`; the earlier of two, and the end of a gap.
std::int64_t to_utc(const Zone& zone, std::int64_t local) {
    const auto early = zone.offset_at(local - kDay);
    const auto late = zone.offset_at(local + kDay);
    for (const auto offset : {std::max(early, late), std::min(early, late)}) {
        if (zone.offset_at(local - offset) == offset) return local - offset;
    }
    return local - early;
}

}  // namespace

std::int64_t Zone::offset_at(std::int64_t unix_seconds) const {
    const auto after = std::upper_bound(
        changes.begin(),
        changes.end(),
        unix_seconds,
        [](std::int64_t at, const Change& change) { return at < change.at; }
    );
    return after == changes.begin() ? first_offset : std::prev(after)->offset;
}

Result<Cron> parse_cron(std::string_view text) {
    const auto words = split_words(text);
    if (words.size() != 5) {
        return invalid("a schedule has five fields: minute, hour, day, month, weekday");
    }
    Cron cron;
    if (auto read = read_field(kMinute, words[0], cron.minutes); !read) return read.error();
    if (auto read = read_field(kHour, words[1], cron.hours); !read) return read.error();
    if (auto read = read_field(kDayOfMonth, words[2], cron.days); !read) return read.error();
    if (auto read = read_field(kMonth, words[3], cron.months); !read) return read.error();
    if (auto read = read_field(kWeekday, words[4], cron.weekdays); !read) return read.error();
    cron.any_day = words[2].starts_with('*');
    cron.any_weekday = words[4].starts_with('*');
    return cron;
}

std::optional<TimePoint> next_due(const Cron& cron, const Zone& zone, TimePoint after) {
    const auto now = to_unix_ms(after) / 1000;
    const auto local_now = now + zone.offset_at(now);
    // A day earlier: what the clock has skipped may be due a little after its own day.
    auto day = chrono::floor<chrono::days>(chrono::sys_seconds{chrono::seconds{local_now}}) -
               chrono::days{1};
    for (int i = 0; i < kMaxDays; ++i, day += chrono::days{1}) {
        if (!is_day(cron, day)) continue;
        const auto midnight = day.time_since_epoch().count() * kDay;
        std::optional<std::int64_t> best;
        for (std::size_t minute = 0; minute < 24 * 60; ++minute) {
            if (!cron.hours[minute / 60] || !cron.minutes[minute % 60]) continue;
            const auto at = to_utc(zone, midnight + static_cast<std::int64_t>(minute) * 60);
            if (at > now && (!best || at < *best)) best = at;
        }
        if (best) return from_unix_ms(*best * 1000);
    }
    return {};
}

}  // namespace triphammer::plan
