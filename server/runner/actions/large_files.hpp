#pragma once
// Files of Git LFS in a checkout: where git has left a pointer the file comes, from the daemon.

#include "runner/session/source.hpp"
#include "runner/session/store_link.hpp"

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

/// A checkout, and as the daemon's query has it of which repository it is; empty: the job's own.
struct LargeFilePlace {
    StoreLink::Query owner;
    std::string folder;

    /// Of another registered repository, where `repository` names one.
    static StoreLink::Query owner_of(const std::string& repository) {
        return repository.empty() ? StoreLink::Query{}
                                  : StoreLink::Query{{"repository", repository}};
    }
};

/// Replaces all pointers in the folder but those in its submodules. Git takes the files for
/// unchanged. Errors are the daemon's, with the path.
Task<Result<>> fetch_large_files(Session& session, int step, LargeFilePlace place);

}  // namespace triphammer::runner
