#pragma once
// The submodules of a checkout. The daemon says which there are and decides for each whether it may
// be had; it comes as a pack, into the empty folder that git has left for it.

#include "runner/session/source.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace triphammer::runner {

/// How many levels `submodules: …` means: 0 for none, 1 for the repository's own, 2 for theirs too,
/// … Code::invalid. Pure.
Result<int> module_levels(const std::string& text);

/// Whether `path` below `folder` is an empty folder that is reached through folders alone; where an
/// earlier checkout `may_be` there, one with a repository, too. False: it is not there.
/// Code::refused for anything else: a tree may have links where a submodule's files were to go
/// (CVE-2021-21300, CVE-2024-32002).
Result<bool> is_free_for_module(
    const std::filesystem::path& folder, const std::string& path, bool may_be = false
);

/// What was checked out, and how its submodules are wanted.
struct ModuleWish {
    std::string repository;  // as SourceAsk has it
    std::string commit;
    std::string folder;
    std::int64_t depth = 1;
    int levels = 0;
    bool is_sparse = false;    // folders may be missing
    bool keeps_files = false;  // as SourcePlace has it
    bool large_files = false;  // those of Git LFS in the submodules, too
};

/// Errors as fetch_source's, with the submodule's path; Code::invalid for what .gitmodules says
/// wrongly.
Task<Result<>> fetch_modules(Session& session, int step, ModuleWish wish);

}  // namespace triphammer::runner
