#pragma once
// Unpacks a zip below given folders. Every folder is opened from the one above without following
// links, so nothing that is there already can lead a file elsewhere; what is in a file's place is
// removed first. A file's bytes are counted against what the directory says of them.

#include "archive/zip_index.hpp"

#include <map>
#include <string>

namespace triphammer::archive {

struct UnpackOptions {
    IndexLimits limits;
    /// First part of a name → folder that the rest goes to. "": every name, whole.
    std::map<std::string, std::string> roots;
    bool keep_times = false;
    bool keep_modes = false;  // else files are 0644, programs 0755
};

struct Unpacked {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

/// Errors of read_index, and Code::disk_full, Code::io. What was unpacked before stays.
Result<Unpacked> unpack(int file, const UnpackOptions& options);

}  // namespace triphammer::archive
