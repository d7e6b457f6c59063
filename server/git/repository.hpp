#pragma once
// Reading a bare repository through libgit2. Nothing here writes, opens the network or starts a
// process. Every call blocks: all of them belong on the git thread (base/thread.hpp), one object on
// one thread. Objects that another process fetched meanwhile are found without reopening.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::git {

/// 40 lower-case hex digits.
bool is_object_id(std::string_view text);

/// A full ref name as git-check-ref-format(1) wants it, below refs/. No pattern, no option, no
/// path.
bool is_ref_name(std::string_view text);

struct TreeEntry {
    std::string name;      // within its folder
    std::string id;        // of the blob or tree
    bool is_file = false;  // a regular file; symbolic links, submodules and folders are none
    bool is_folder = false;

    friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// A ref as it stands, not peeled: a tag's id may be that of a tag object.
struct Ref {
    std::string name;  // in full
    std::string id;

    friend bool operator==(const Ref&, const Ref&) = default;
};

/// Where a tree has a commit of another repository: a submodule.
struct TreeLink {
    std::string path;
    std::string commit;

    friend bool operator==(const TreeLink&, const TreeLink&) = default;
};

struct CommitFacts {
    std::string sha;
    std::string message;
    std::string author;
    std::string author_email;
    TimePoint committed_at{};
    std::vector<std::string> parents;
};

/// Paths that differ; `complete` is false when there were more than asked for.
struct ChangedPaths {
    std::vector<std::string> paths;
    bool complete = true;
};

class Repository {
  public:
    /// Code::not_found where there is no repository.
    static Result<Repository> open(const std::filesystem::path& path);
    /// Makes an empty bare repository without hooks; fine when it is there already.
    static Result<> create_bare(const std::filesystem::path& path);

    Repository(Repository&&) noexcept;
    Repository& operator=(Repository&&) noexcept;
    ~Repository();

    bool has_commit(std::string_view sha) const;

    /// The commit behind a full ref name ("refs/tags/v1", annotated tags peeled) or a full id.
    Result<std::string> resolve_commit(std::string_view name) const;

    /// The refs whose full names begin with `prefix`, without those that only point to others.
    Result<std::vector<Ref>> list_refs(const std::string& prefix) const;

    /// The entries of `folder` ("" : the root) at a commit; empty where there is no such folder.
    Result<std::vector<TreeEntry>> list_folder(std::string_view sha, const std::string& folder)
        const;

    /// The links in the whole tree of a commit. Code::too_large: more than `limit`.
    Result<std::vector<TreeLink>> list_links(std::string_view sha, std::size_t limit) const;

    /// Code::too_large, unread, over `max_bytes`.
    Result<std::string> read_blob(std::string_view id, std::uint64_t max_bytes) const;

    /// Best common ancestor; Code::not_found for unrelated histories.
    Result<std::string> find_merge_base(std::string_view a, std::string_view b) const;

    /// Paths that differ between two commits, sorted, at most `limit`; a renamed file counts with
    /// both names. `from` empty: everything in `to`.
    Result<ChangedPaths> list_changed_paths(
        std::string_view from, std::string_view to, std::size_t limit
    ) const;

    Result<CommitFacts> read_commit(std::string_view sha) const;

  private:
    struct Handle;
    explicit Repository(std::unique_ptr<Handle> handle);

    std::unique_ptr<Handle> handle_;
};

}  // namespace triphammer::git
