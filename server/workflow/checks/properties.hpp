#pragma once
// The properties that GitHub's contexts have, whatever the workflow. Source: GitHub's page
// "Contexts reference".

#include <array>
#include <span>
#include <string_view>

namespace triphammer::workflow {

inline constexpr auto kOfStep =
    std::to_array<std::string_view>({"outputs", "outcome", "conclusion"});
inline constexpr auto kOfNeed = std::to_array<std::string_view>({"outputs", "result"});

using Properties = std::span<const std::string_view>;

/// Of `github`, `runner`, `job` and `strategy`; null for a context whose names the file makes.
const Properties* find_properties(std::string_view context);

}  // namespace triphammer::workflow
