#pragma once
// YAML text → tree, strictly. yaml-cpp reads more than YAML 1.2 allows and knows no limits; what it
// lets through is refused here: duplicate keys, second documents, merge keys, tags beyond the core
// schema, control characters, aliases that grow.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace triphammer::workflow {

/// Larger files are refused unread.
inline constexpr std::size_t kMaxFileBytes = 256 * 1024;

/// Nothing when the text cannot be read at all; then `report` has the error. Problems that leave a
/// usable tree (a duplicate key: the first counts) are reported too.
std::optional<Document> read_yaml(std::string_view text, Report& report);

}  // namespace triphammer::workflow
