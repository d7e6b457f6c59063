#pragma once
// The time zones that this machine knows, by their IANA names. Any thread.

#include <filesystem>
#include <string>
#include <vector>

namespace triphammer {

/// Sorted; empty where there is no zone data. Reads the whole folder.
std::vector<std::string> list_zone_names(const std::filesystem::path& folder);

/// Of /usr/share/zoneinfo, read when first asked for.
const std::vector<std::string>& zone_names();

}  // namespace triphammer
