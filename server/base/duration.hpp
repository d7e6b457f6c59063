#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace triphammer {

/// 500ms, 10s, 2m or 1h, up to a day; nothing for anything else. Pure.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace triphammer
