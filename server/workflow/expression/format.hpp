#pragma once
// format('{0} of {1}', …): replaces {N}, with {{ and }} for braces.

#include "workflow/expression/functions.hpp"

#include <string>
#include <vector>

namespace triphammer::workflow::expression {

/// The first argument is the pattern. Errors name the place in the pattern.
Result<std::string> format_text(const std::vector<Value>& arguments, Budget& budget);

}  // namespace triphammer::workflow::expression
