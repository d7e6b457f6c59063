#pragma once
// The directory of a zip that somebody else may have written, read and checked before any of its
// bytes is used. What may not be in it: names that are absolute, climb ("..") or come twice,
// anything below a link or a file, devices and pipes, encrypted entries, too many or too large
// ones, and links unless they are asked for.

#include "archive/zip_writer.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace triphammer::archive {

struct IndexLimits {
    std::size_t entries = 500'000;
    std::uint64_t bytes = 64ULL << 30U;  // of all files together, unpacked
    bool links = false;
};

/// Of the file's whole content. Code::protocol: damaged, or no zip; Code::refused: something that
/// may not be in it; Code::too_large.
Result<std::vector<ZipEntry>> read_index(int file, const IndexLimits& limits);

/// Whether a name stays below the folder that it is unpacked into. Pure.
bool is_safe_name(std::string_view name);

}  // namespace triphammer::archive
