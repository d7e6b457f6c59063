#include "base/duration.hpp"

#include "base/text.hpp"

#include <array>
#include <cstdint>

namespace triphammer {

using std::chrono::milliseconds;

std::optional<milliseconds> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits{
        {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
    constexpr std::int64_t kDay = 86'400'000;
    for (const auto& [unit, factor] : kUnits) {
        if (!text.ends_with(unit)) continue;
        const auto number = parse_integer(text.substr(0, text.size() - unit.size()));
        if (!number) continue;  // "5ms" ends with "s" as well
        if (*number > kDay / factor) return {};
        return milliseconds{*number * factor};
    }
    return {};
}

}  // namespace triphammer
