#include "base/clock.hpp"

#include <time.h>

#include <cstdio>

namespace triphammer {

TimePoint SystemClock::now() const {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

Instant SystemClock::instant() const {
    return std::chrono::steady_clock::now();
}

std::string to_rfc3339(TimePoint at) {
    const auto ms = to_unix_ms(at);
    const auto floor_seconds = ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
    const ::time_t seconds = floor_seconds;
    ::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    const auto length = ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    char out[48];
    std::snprintf(
        out,
        sizeof out,
        "%.*s.%03dZ",
        static_cast<int>(length),
        text,
        static_cast<int>(ms - floor_seconds * 1000)
    );
    return out;
}

namespace {

/// Reads `digits` decimal digits at `text`; -1 when there are none.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// The offset from UTC in minutes at the end of the text; nothing when malformed.
std::optional<int> offset_minutes(std::string_view zone) {
    if (zone == "Z" || zone == "z") return 0;
    if (zone.size() != 6 || zone[3] != ':' || (zone[0] != '+' && zone[0] != '-')) return {};
    const int hours = number_at(zone, 1, 2);
    const int minutes = number_at(zone, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return {};
    return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

bool has_date_shape(std::string_view text) {
    return text.size() >= 20 && text[4] == '-' && text[7] == '-' &&
           (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && text[13] == ':' &&
           text[16] == ':';
}

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
    if (!has_date_shape(text)) return {};
    ::tm parts{};
    parts.tm_year = number_at(text, 0, 4) - 1900;
    parts.tm_mon = number_at(text, 5, 2) - 1;
    parts.tm_mday = number_at(text, 8, 2);
    parts.tm_hour = number_at(text, 11, 2);
    parts.tm_min = number_at(text, 14, 2);
    parts.tm_sec = number_at(text, 17, 2);
    if (parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
        parts.tm_hour < 0 || parts.tm_hour > 23 || parts.tm_min < 0 || parts.tm_sec < 0 ||
        parts.tm_min > 59 || parts.tm_sec > 60 || parts.tm_year < -1900) {
        return {};
    }
    std::size_t at = 19;
    std::int64_t fraction_ms = 0;
    if (text[at] == '.') {
        std::int64_t scale = 100;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
            fraction_ms += (text[at] - '0') * scale;
        }
    }
    const auto offset = offset_minutes(text.substr(at));
    if (!offset) return {};
    const std::int64_t seconds = ::timegm(&parts) - std::int64_t{*offset} * 60;
    return from_unix_ms(seconds * 1000 + fraction_ms);
}

}  // namespace triphammer
