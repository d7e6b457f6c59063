#include "workflow/schema/cron.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace triphammer::workflow {

namespace {

constexpr std::array<std::string_view, 12> kMonths{
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int first = 0;
    int last = 0;
    std::span<const std::string_view> words = {};  // the first stands for `first`
};

constexpr std::array<Field, 5> kFields{{
    {"minute", 0, 59},
    {"hour", 0, 23},
    {"day of the month", 1, 31},
    {"month", 1, 12, kMonths},
    {"day of the week", 0, 7, kDays},  // 7: Sunday too, as cron programs have it
}};

struct Range {
    int from = 0;
    int to = 0;
    int step = 1;
};

Error wrong(const Field& field, std::string_view text) {
    return invalid(
        "the " + std::string{field.name} + " '" + std::string{text} + "' is not " +
        std::to_string(field.first) + " to " + std::to_string(field.last) +
        ", *, a-b, */n or a list"
    );
}

/// A number or a name; -1 for anything else.
int read_value(const Field& field, std::string_view text) {
    const auto name = std::find(field.words.begin(), field.words.end(), to_lower(text));
    if (name != field.words.end()) {
        return field.first + static_cast<int>(name - field.words.begin());
    }
    const auto number = text.size() <= 2 ? parse_integer(text) : std::nullopt;
    return number ? static_cast<int>(*number) : -1;
}

Result<Range> read_range(const Field& field, std::string_view text) {
    const auto slash = text.find('/');
    const auto span = text.substr(0, slash);
    const auto dash = span.find('-');
    Range range{field.first, field.last, 1};
    if (span != "*") {
        range.from = read_value(field, span.substr(0, dash));
        if (dash != std::string_view::npos) {
            range.to = read_value(field, span.substr(dash + 1));
        } else if (slash == std::string_view::npos) {
            range.to = range.from;
        }
    }
    if (slash != std::string_view::npos) {
        const auto step = text.substr(slash + 1);
        range.step = step.size() <= 2 ? static_cast<int>(parse_integer(step).value_or(0)) : 0;
    }
    const bool is_fine = range.from >= field.first && range.to <= field.last &&
                         range.from <= range.to && range.step > 0;
    if (!is_fine) return wrong(field, text);
    return range;
}

template <std::size_t N>
Result<void> read_field(const Field& field, std::string_view text, std::bitset<N>& out) {
    for (const auto part : split(text, ',')) {
        const auto range = read_range(field, part);
        if (!range) return range.error();
        for (int i = range->from; i <= range->to; i += range->step) {
            out.set(static_cast<std::size_t>(i));
        }
    }
    return {};
}

std::vector<std::string_view> fields_of(std::string_view text) {
    std::vector<std::string_view> out;
    for (const auto part : split(text, ' ')) {
        if (!part.empty()) out.push_back(part);
    }
    return out;
}

}  // namespace

Result<Cron> parse_cron(std::string_view text) {
    const auto fields = fields_of(text);
    if (fields.size() != kFields.size()) {
        return invalid("five fields are needed: minute, hour, day, month, day of the week");
    }
    Cron cron;
    cron.any_day = fields[2].starts_with('*');
    cron.any_weekday = fields[4].starts_with('*');
    auto result = read_field(kFields[0], fields[0], cron.minutes);
    if (result) result = read_field(kFields[1], fields[1], cron.hours);
    if (result) result = read_field(kFields[2], fields[2], cron.days);
    if (result) result = read_field(kFields[3], fields[3], cron.months);
    std::bitset<8> weekdays;
    if (result) result = read_field(kFields[4], fields[4], weekdays);
    if (!result) return result.error();
    for (std::size_t day = 0; day < cron.weekdays.size(); ++day) {
        cron.weekdays.set(day, weekdays.test(day));
    }
    if (weekdays.test(7)) cron.weekdays.set(0);
    return cron;
}

}  // namespace triphammer::workflow
