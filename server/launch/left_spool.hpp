#pragma once

#include <filesystem>
#include <string>

namespace triphammer::launch {

/// Whether the spool that a dead runner left begins with `nonce` and has a whole end. Reads it all.
bool has_whole_end(const std::filesystem::path& spool, const std::string& nonce);

}  // namespace triphammer::launch
