#pragma once
// First workflows for a repository that has none: made for what its tree holds, or carried over
// from what it has for another server. Pure; any thread.

#include "importer/github_workflow.hpp"
#include "importer/jenkinsfile.hpp"
#include "starter/tree.hpp"

#include <map>
#include <string>
#include <vector>

namespace triphammer::starter {

enum class Origin { made, github, jenkins };

struct Starter {
    std::string file;  // its name in the folder of workflows
    std::string title;
    std::string why;  // a sentence
    Origin origin = Origin::made;
    std::string source;  // path of what it was carried over from
    /// Text and remarks; of one that was made here only the text.
    importer::Imported carried;
    /// Jobs of a workflow of GitHub's that deploy: GitHub goes on running them, too.
    std::vector<std::string> deploying;
};

/// For Python, Node, Go, C++ with CMake and a Dockerfile, as far as the tree has them.
std::vector<Starter> make_starters(const Tree& tree);

/// Those that the workflows of the tree use, each once.
std::vector<importer::RemoteAction> list_actions(const Tree& tree);

/// The workflows of GitHub's and the Jenkinsfiles of the tree. `commits` as in import_workflow.
std::vector<Starter> carry_over(
    const Tree& tree, const std::map<std::string, std::string>& commits
);

}  // namespace triphammer::starter
