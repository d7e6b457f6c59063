#pragma once
// Which links an archive may carry. A link that leads within its own root stays; one into the
// system (a virtual environment's python) too; anything else is left behind.

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::archive {

/// The target as it may be stored for the link at `path` (absolute, within `root`): an absolute one
/// within the root becomes relative, so that it holds where the root is another. Pure.
std::optional<std::string> portable_target(
    std::string_view path, std::string_view target, std::string_view root
);

}  // namespace triphammer::archive
