#pragma once
// Files of Git LFS in a checkout: where git has left a pointer the file comes, from the daemon.

#include "runner/session/source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::runner {

struct LargeFile {
    std::string oid;
    std::uint64_t bytes = 0;

    friend bool operator==(const LargeFile&, const LargeFile&) = default;
};

/// What a file's text points to, as docs/spec.md of git-lfs has it; nothing: it is a file like any
/// other. Pure.
std::optional<LargeFile> read_pointer(std::string_view text);

/// Replaces all pointers in `folder`, which was checked out of `repository` (as SourceAsk has it),
/// but those in its submodules. Git takes the files for unchanged. Errors are the daemon's, with
/// the path.
Task<Result<>> fetch_large_files(
    Session& session, int step, std::string repository, std::string folder
);

}  // namespace triphammer::runner
