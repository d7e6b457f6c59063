#include "git/repository.hpp"

#include "base/file.hpp"
#include "git/object.hpp"

#include <git2.h>

#include <algorithm>
#include <set>

namespace triphammer::git {

bool is_object_id(std::string_view text) {
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool is_ref_name(std::string_view text) {
    int valid = 0;
    const std::string name{text};
    if (!text.starts_with("refs/") || text.find('\0') != std::string_view::npos) return false;
    start_library();
    return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid == 1;
}

struct Repository::Handle {
    Owned<git_repository> repository;

    git_repository* get() const { return repository.get(); }
};

Repository::Repository(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Result<Repository> Repository::open(const std::filesystem::path& path) {
    start_library();
    auto handle = std::make_unique<Handle>();
    const auto code = git_repository_open_bare(out(handle->repository), path.c_str());
    if (code != 0) return library_error(code, "open the mirror");
    return Repository{std::move(handle)};
}

Result<> Repository::create_bare(const std::filesystem::path& path) {
    start_library();
    std::error_code ignored;
    if (std::filesystem::exists(path / "HEAD", ignored)) return {};
    if (auto made = make_directory(path, 0700); !made) return made.error();
    Owned<git_repository> created;
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    const auto code = git_repository_init_ext(out(created), path.c_str(), &options);
    if (code != 0) return library_error(code, "create the mirror");
    return {};
}

bool Repository::has_commit(std::string_view sha) const {
    return find_commit(handle_->get(), sha).has_value();
}

Result<std::string> Repository::resolve_commit(std::string_view name) const {
    if (is_object_id(name)) {
        auto commit = find_commit(handle_->get(), name);
        if (!commit) return commit.error();
        return to_text(*git_commit_id(commit->get()));
    }
    const std::string text{name};
    Owned<git_reference> reference;
    auto code = git_reference_lookup(out(reference), handle_->get(), text.c_str());
    if (code != 0) return library_error(code, "find " + text);
    Owned<git_object> peeled;
    code = git_reference_peel(out(peeled), reference.get(), GIT_OBJECT_COMMIT);
    if (code != 0) return library_error(code, text + " names no commit");
    return to_text(*git_object_id(peeled.get()));
}

Result<std::vector<Ref>> Repository::list_refs(const std::string& prefix) const {
    Owned<git_reference_iterator> iterator;
    const auto glob = prefix + "*";
    auto code = git_reference_iterator_glob_new(out(iterator), handle_->get(), glob.c_str());
    if (code != 0) return library_error(code, "list the refs");
    std::vector<Ref> refs;
    for (;;) {
        Owned<git_reference> reference;
        code = git_reference_next(out(reference), iterator.get());
        if (code == GIT_ITEROVER) return refs;
        if (code != 0) return library_error(code, "list the refs");
        const auto* id = git_reference_target(reference.get());
        if (id != nullptr) refs.push_back({git_reference_name(reference.get()), to_text(*id)});
    }
}

Result<std::vector<TreeEntry>> Repository::list_folder(
    std::string_view sha, const std::string& folder
) const {
    auto root = find_tree(handle_->get(), sha);
    if (!root) return root.error();
    if (folder.empty()) return list_entries(root->get());
    Owned<git_tree_entry> entry;
    const auto code = git_tree_entry_bypath(out(entry), root->get(), folder.c_str());
    if (code == GIT_ENOTFOUND) return std::vector<TreeEntry>{};
    if (code != 0) return library_error(code, "read " + folder);
    if (git_tree_entry_type(entry.get()) != GIT_OBJECT_TREE) return std::vector<TreeEntry>{};
    Owned<git_tree> tree;
    const auto found = git_tree_lookup(out(tree), handle_->get(), git_tree_entry_id(entry.get()));
    if (found != 0) return library_error(found, "read " + folder);
    return list_entries(tree.get());
}

namespace {

// What a visit of a tree's entry may answer.
constexpr int kGoOn = 0;
constexpr int kEnd = -1;

struct Links {
    std::vector<TreeLink> found;
    std::size_t limit;
};

int on_entry(const char* folder, const git_tree_entry* entry, void* payload) {
    auto& links = *static_cast<Links*>(payload);
    if (git_tree_entry_type(entry) != GIT_OBJECT_COMMIT) return kGoOn;
    const auto path = std::string{folder} + git_tree_entry_name(entry);
    links.found.push_back({path, to_text(*git_tree_entry_id(entry))});
    return links.found.size() > links.limit ? kEnd : kGoOn;
}

}  // namespace

Result<std::vector<TreeLink>> Repository::list_links(std::string_view sha, std::size_t limit)
    const {
    auto root = find_tree(handle_->get(), sha);
    if (!root) return root.error();
    Links links{{}, limit};
    const auto code = git_tree_walk(root->get(), GIT_TREEWALK_PRE, on_entry, &links);
    if (links.found.size() > limit) {
        return Error{Code::too_large, "more than " + std::to_string(limit) + " submodules"};
    }
    if (code != 0) return library_error(code, "look for submodules");
    return std::move(links.found);
}

Result<std::string> Repository::read_blob(std::string_view id, std::uint64_t max_bytes) const {
    git_oid oid;
    if (!parse_id(id, oid)) return invalid("'" + std::string{id} + "' is no object id");
    Owned<git_odb> objects;
    auto code = git_repository_odb(out(objects), handle_->get());
    if (code != 0) return library_error(code, "open the objects");
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    // The header alone first: a file over the limit is never brought into memory.
    code = git_odb_read_header(&size, &type, objects.get(), &oid);
    if (code != 0) return library_error(code, "read file " + std::string{id});
    if (type != GIT_OBJECT_BLOB) return invalid(std::string{id} + " is not a file");
    if (size > max_bytes) {
        return Error{
            Code::too_large,
            "a file of " + std::to_string(size) + " bytes is over the limit of " +
                std::to_string(max_bytes)};
    }
    Owned<git_blob> blob;
    code = git_blob_lookup(out(blob), handle_->get(), &oid);
    if (code != 0) return library_error(code, "read file " + std::string{id});
    const auto* bytes = static_cast<const char*>(git_blob_rawcontent(blob.get()));
    return std::string{bytes, static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

Result<std::string> Repository::find_merge_base(std::string_view a, std::string_view b) const {
    git_oid one;
    git_oid two;
    if (!parse_id(a, one) || !parse_id(b, two)) return invalid("a merge base needs two commits");
    git_oid base;
    const auto code = git_merge_base(&base, handle_->get(), &one, &two);
    if (code != 0) return library_error(code, "find the merge base");
    return to_text(base);
}

namespace {

// What a notification may answer: leave the difference out of the library's own list, or stop.
constexpr int kLeaveOut = 1;
constexpr int kStop = -1;

struct Collector {
    std::set<std::string> paths;
    std::size_t limit;
};

/// Called for each difference while the two trees are walked; nothing is loaded but trees.
int on_difference(
    const git_diff* /*so_far*/, const git_diff_delta* delta, const char* /*matched*/, void* payload
) {
    auto& collector = *static_cast<Collector*>(payload);
    for (const auto* path : {delta->old_file.path, delta->new_file.path}) {
        if (path != nullptr) collector.paths.insert(path);
    }
    return collector.paths.size() > collector.limit ? kStop : kLeaveOut;
}

}  // namespace

Result<ChangedPaths> Repository::list_changed_paths(
    std::string_view from, std::string_view to, std::size_t limit
) const {
    Owned<git_tree> old_tree;
    if (!from.empty()) {
        auto found = find_tree(handle_->get(), from);
        if (!found) return found.error();
        old_tree = std::move(*found);
    }
    auto new_tree = find_tree(handle_->get(), to);
    if (!new_tree) return new_tree.error();
    Collector collector{{}, limit};
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.notify_cb = on_difference;
    options.payload = &collector;
    options.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
    Owned<git_diff> diff;
    const auto code =
        git_diff_tree_to_tree(out(diff), handle_->get(), old_tree.get(), new_tree->get(), &options);
    ChangedPaths changed;
    changed.complete = collector.paths.size() <= limit;
    if (code != 0 && changed.complete) return library_error(code, "compare two commits");
    changed.paths.assign(collector.paths.begin(), collector.paths.end());
    changed.paths.resize(std::min(changed.paths.size(), limit));
    return changed;
}

Result<CommitFacts> Repository::read_commit(std::string_view sha) const {
    auto commit = find_commit(handle_->get(), sha);
    if (!commit) return commit.error();
    CommitFacts facts;
    facts.sha = to_text(*git_commit_id(commit->get()));
    if (const auto* message = git_commit_message(commit->get())) facts.message = message;
    if (const auto* author = git_commit_author(commit->get())) {
        facts.author = author->name;
        facts.author_email = author->email;
    }
    facts.committed_at = from_unix_ms(git_commit_time(commit->get()) * 1000);
    for (unsigned i = 0; i < git_commit_parentcount(commit->get()); ++i) {
        facts.parents.push_back(to_text(*git_commit_parent_id(commit->get(), i)));
    }
    return facts;
}

}  // namespace triphammer::git
