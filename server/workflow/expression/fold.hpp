#pragma once
// Comparing text without case, as the expression language does: by the simple upper-case form of
// each character (Latin, Greek, Cyrillic, Armenian; others compare as they are). Pure.

#include <string>
#include <string_view>

namespace triphammer::workflow::expression {

/// UTF-8 in, UTF-8 out; malformed bytes are kept. Equal results = equal without case.
std::string fold_case(std::string_view text);

}  // namespace triphammer::workflow::expression
