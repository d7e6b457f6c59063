#pragma once
// What to do about a key that is not known where it stands.

#include "workflow/schema/shape.hpp"

#include <string>
#include <string_view>

namespace triphammer::workflow {

/// A key of a map that `shape` does not know. Empty when there is nothing to say.
std::string advice_for_key(const Node& map, const Entry& entry, const Shape& shape);

/// A node whose kind `shape` does not accept. Empty when there is nothing to say.
std::string advice_for_kind(const Node& node, const Shape& shape);

/// Whether a key of `map` is probably `name` misspelt. That key is told already.
bool has_misspelt(const Node& map, std::string_view name);

}  // namespace triphammer::workflow
