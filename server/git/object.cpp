#include "git/object.hpp"

#include <mutex>

namespace triphammer::git {

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        git_libgit2_init();
        for (const auto level :
             {GIT_CONFIG_LEVEL_SYSTEM,
              GIT_CONFIG_LEVEL_XDG,
              GIT_CONFIG_LEVEL_GLOBAL,
              GIT_CONFIG_LEVEL_PROGRAMDATA}) {
            git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
        }
    });
}

Error library_error(int code, const std::string& what) {
    const auto* last = git_error_last();
    const std::string why = last == nullptr ? "" : std::string{": "} + last->message;
    return {code == GIT_ENOTFOUND ? Code::not_found : Code::io, what + why};
}

bool parse_id(std::string_view text, git_oid& id) {
    return is_object_id(text) && git_oid_fromstrn(&id, text.data(), text.size()) == 0;
}

std::string to_text(const git_oid& id) {
    char buffer[GIT_OID_HEXSZ + 1];
    git_oid_tostr(buffer, sizeof buffer, &id);
    return buffer;
}

Result<Owned<git_commit>> find_commit(git_repository* repository, std::string_view sha) {
    git_oid id;
    if (!parse_id(sha, id)) return invalid("'" + std::string{sha} + "' is no commit id");
    Owned<git_commit> commit;
    const auto code = git_commit_lookup(out(commit), repository, &id);
    if (code != 0) return library_error(code, "find commit " + std::string{sha});
    return commit;
}

Result<Owned<git_tree>> find_tree(git_repository* repository, std::string_view sha) {
    auto commit = find_commit(repository, sha);
    if (!commit) return commit.error();
    Owned<git_tree> tree;
    const auto code = git_commit_tree(out(tree), commit->get());
    if (code != 0) return library_error(code, "read the tree of " + std::string{sha});
    return tree;
}

std::vector<TreeEntry> list_entries(const git_tree* tree) {
    std::vector<TreeEntry> entries;
    for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
        const auto* entry = git_tree_entry_byindex(tree, i);
        const auto mode = git_tree_entry_filemode(entry);
        TreeEntry made;
        made.name = git_tree_entry_name(entry);
        made.id = to_text(*git_tree_entry_id(entry));
        made.is_file = mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
        made.is_folder = mode == GIT_FILEMODE_TREE;
        entries.push_back(std::move(made));
    }
    return entries;
}

}  // namespace triphammer::git
