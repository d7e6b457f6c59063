#pragma once
// The folders above a place: whether somebody who owns none of them gets there.

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::execution {

/// The first folder above `place` that other users may not pass through.
std::optional<std::string> find_closed(const std::filesystem::path& place);

/// Makes `places`, folders or files, ones that everybody gets to: where a way is closed, this
/// process gets mounts of its own, with nothing in the closed folder but the ways and the places.
/// Later mounts of the machine come in. As root, with one thread.
Result<> open_ways(const std::vector<std::filesystem::path>& places);

}  // namespace triphammer::execution
