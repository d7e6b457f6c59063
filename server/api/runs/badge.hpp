#pragma once
// A status badge as SVG. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::api {

enum class BadgeStyle { flat, flat_square };

/// `state`: that of a run, or nothing where there is none to be shown. `label` is anybody's text.
std::string draw_badge(
    std::string_view label,
    const std::optional<std::string>& state,
    BadgeStyle style = BadgeStyle::flat
);

}  // namespace triphammer::api
