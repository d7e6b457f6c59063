#pragma once
// The folders above a place: whether somebody who owns none of them gets there.

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace triphammer::execution {

/// The first folder above `place` that other users may not pass through.
std::optional<std::string> find_closed(const std::filesystem::path& place);

/// Makes the folder `place` one that everybody gets to: where the way is closed, this process gets
/// mounts of its own, with nothing in the closed folder but the way and the place itself. Later
/// mounts of the machine come in. As root, with one thread.
Result<> open_way(const std::filesystem::path& place);

}  // namespace triphammer::execution
