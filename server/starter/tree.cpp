#include "starter/tree.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::starter {

namespace {

constexpr std::uint64_t kMostBytes = 256U << 10U;
constexpr std::size_t kMostTexts = 64;
constexpr std::string_view kGithubFolder = ".github/workflows/";

/// Of the root; what is made from a project's own files depends on them.
constexpr std::string_view kRead[] = {
    "pyproject.toml", "requirements.txt", "tox.ini", "package.json", "CMakeLists.txt"};

bool is_wanted(std::string_view path) {
    return std::find(std::begin(kRead), std::end(kRead), path) != std::end(kRead) ||
           is_jenkinsfile(path) || is_github_workflow(path);
}

Result<> read_folder(const git::Repository& mirror, const std::string& folder, Tree& tree) {
    const auto entries = mirror.list_folder(tree.commit, folder);
    if (!entries) return entries.error();
    const auto prefix = folder.empty() ? "" : folder + "/";
    for (const auto& entry : *entries) {
        const auto path = prefix + entry.name;
        tree.paths.insert(entry.is_folder ? path + "/" : path);
        if (!entry.is_file || !is_wanted(path) || tree.texts.size() == kMostTexts) continue;
        if (auto text = mirror.read_blob(entry.id, kMostBytes)) tree.texts[path] = std::move(*text);
    }
    return {};
}

}  // namespace

std::string_view Tree::text_of(std::string_view path) const {
    const auto found = texts.find(std::string{path});
    return found == texts.end() ? std::string_view{} : std::string_view{found->second};
}

Result<Tree> read_tree(const git::Repository& mirror, const std::string& commit) {
    Tree tree;
    tree.commit = commit;
    for (const char* folder : {"", "tests", ".github/workflows"}) {
        if (auto read = read_folder(mirror, folder, tree); !read) return read.error();
    }
    return tree;
}

bool is_github_workflow(std::string_view path) {
    return path.starts_with(kGithubFolder) && (path.ends_with(".yml") || path.ends_with(".yaml"));
}

bool is_jenkinsfile(std::string_view path) {
    return path == "Jenkinsfile" || path.starts_with("Jenkinsfile.");
}

}  // namespace triphammer::starter
