#pragma once
// Under which name a called workflow's file is brought (Needs::files, Definitions::called). Pure.
// Source: GitHub's page "Reuse workflows": `./path` is a file of the same repository at the same
// commit, OWNER/REPOSITORY/path@ref one of another repository.

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::plan {

/// A file of another repository.
struct RemotePath {
    std::string repository;  // OWNER/REPOSITORY
    std::string path;
    std::string ref;  // a commit, a tag or a branch

    std::string text() const { return repository + "/" + path + "@" + ref; }
};

/// Nothing: a file of the run's own repository.
std::optional<RemotePath> parse_remote(std::string_view name);

/// The name of the file that `uses` means in the workflow that stands at `caller`. What a remote
/// workflow calls by `./path` is remote, too, at the same commit.
std::string name_called(std::string_view caller, std::string_view uses);

/// "octo" of "octo/roof"; of a remote file's name its repository's owner.
std::string_view owner_of(std::string_view name);

}  // namespace triphammer::plan
