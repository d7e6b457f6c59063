#pragma once
// Looks for what a path list selects.

#include "archive/path_pattern.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::archive {

enum class Kind { file, folder, link };

struct Found {
    std::string path;  // absolute
    Kind kind = Kind::file;
    unsigned mode = 0644;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;  // seconds since 1970
    std::string target;         // of a link
};

struct CollectOptions {
    bool follow_links = false;   // as files and folders; else as links
    bool hidden = true;          // names that begin with a dot
    std::size_t most = 500'000;  // entries that are looked at
};

/// Sorted by path; folders come before what is in them. Sockets, pipes and devices are left out,
/// and so is what cannot be read as a folder. Code::too_large over `most`.
Result<std::vector<Found>> collect(const PathList& paths, const CollectOptions& options);

}  // namespace triphammer::archive
