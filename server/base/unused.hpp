#pragma once
// Copies of what is elsewhere, kept as long as somebody asks for them: the modification time of a
// file or folder is that of its last use.

#include "base/clock.hpp"

#include <filesystem>
#include <vector>

namespace triphammer {

/// Used now. What is not there stays away.
void mark_used(const std::filesystem::path& entry);

/// What stands in `folder` and was not used since `then`, each under another name from now on: to
/// be removed, like what an earlier call has left. Blocks for moments.
std::vector<std::filesystem::path> set_unused_aside(
    const std::filesystem::path& folder, TimePoint then
);

}  // namespace triphammer
