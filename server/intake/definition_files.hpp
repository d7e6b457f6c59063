#pragma once
// Workflow files in a mirror. On the git thread.

#include "git/repository.hpp"
#include "intake/definitions_cache.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace triphammer::intake {

/// The workflow files of a folder at a commit, at most 256.
Result<std::vector<git::TreeEntry>> list_workflows(
    const git::Repository& mirror, const std::string& commit, const std::string& folder
);

/// One over the reader's limit is refused unread: as a file with that problem.
Result<Definition> read_file_at(
    const git::Repository& mirror,
    DefinitionsCache& cache,
    const git::TreeEntry& entry,
    const std::string& path
);

/// A workflow that another one calls.
struct CalledFile {
    std::string commit;
    std::string path;
    std::string name;  // under which it is known (plan/called_path.hpp)
};

/// One that is not there is a file with that problem.
Result<plan::WorkflowFile> read_called_file(
    const git::Repository& mirror, DefinitionsCache& cache, const CalledFile& wanted
);

/// For the reason's text alone: workflows that lie where this repository does not look.
std::vector<std::string> find_other_folders(
    const git::Repository& mirror, const std::string& commit, const std::string& folder
);

}  // namespace triphammer::intake
