#pragma once
// What a repository's tree says about the kind of its project. On the git thread.

#include "base/result.hpp"
#include "git/repository.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace triphammer::starter {

/// Paths of the root, of tests/ and of the folders that hold workflows; the texts of those that a
/// first workflow can be made from.
struct Tree {
    std::string commit;
    std::set<std::string> paths;               // folders end in '/'
    std::map<std::string, std::string> texts;  // by path

    bool has(std::string_view path) const { return paths.contains(std::string{path}); }

    /// Empty where it was not read.
    std::string_view text_of(std::string_view path) const;
};

/// At `commit`, a full id. Files over 256 KiB are named, but not read.
Result<Tree> read_tree(const git::Repository& mirror, const std::string& commit);

bool is_github_workflow(std::string_view path);
bool is_jenkinsfile(std::string_view path);

}  // namespace triphammer::starter
