#pragma once
// Comparing text without case, as the expression language does: by the simple upper-case form of
// each character (Latin, Greek, Cyrillic, Armenian, Coptic, wide letters; others compare as they
// are). Pure.

#include <string>
#include <string_view>

namespace triphammer::workflow::expression {

/// UTF-8 in, UTF-8 out; malformed bytes are kept. Equal results = equal without case.
std::string fold_case(std::string_view text);
/// The same comparison without copies where both are ASCII.
bool equal_folded(std::string_view a, std::string_view b);

}  // namespace triphammer::workflow::expression
