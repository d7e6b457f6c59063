#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::execution {

/// Every form of `value` that a log may show (see masking.hpp), none shorter than `least` bytes,
/// each once. Pure.
std::vector<std::string> forms_of(std::string_view value, std::size_t least);

}  // namespace triphammer::execution
