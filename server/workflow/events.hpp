#pragma once
// The events that `on` may name.

#include "workflow/shape.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

/// Nothing for a name that GitHub does not know; `support` says whether it starts anything here.
const Key* find_event(std::string_view name);
std::vector<std::string> list_events();

}  // namespace triphammer::workflow
