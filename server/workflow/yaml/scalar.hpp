#pragma once
// What a plain scalar means. YAML 1.2's core schema, as GitHub's reader: `on` and `yes` are text,
// 1.10 is the number 1.1 and 010 the number 10.

#include "workflow/yaml/node.hpp"

#include <string>
#include <string_view>

namespace triphammer::workflow {

enum class ScalarKind { null, boolean, number, text };

ScalarKind scalar_kind(const Node& node);

/// A number as YAML spells it, quoted or not.
bool is_number_text(std::string_view text);

/// The value of a scalar or null where text is wanted, as GitHub converts it: `TRUE` is "true",
/// 1.10 "1.1", ~ "".
std::string scalar_text(const Node& node);

}  // namespace triphammer::workflow
