#pragma once
// Inside git/ only: owners for libgit2's objects and the few lookups that several places need.

#include "base/result.hpp"
#include "git/repository.hpp"

#include <git2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::git {

template <class T>
struct Free;

template <>
struct Free<git_repository> {
    void operator()(git_repository* p) const { git_repository_free(p); }
};

template <>
struct Free<git_reference> {
    void operator()(git_reference* p) const { git_reference_free(p); }
};

template <>
struct Free<git_reference_iterator> {
    void operator()(git_reference_iterator* p) const { git_reference_iterator_free(p); }
};

template <>
struct Free<git_object> {
    void operator()(git_object* p) const { git_object_free(p); }
};

template <>
struct Free<git_commit> {
    void operator()(git_commit* p) const { git_commit_free(p); }
};

template <>
struct Free<git_tree> {
    void operator()(git_tree* p) const { git_tree_free(p); }
};

template <>
struct Free<git_tree_entry> {
    void operator()(git_tree_entry* p) const { git_tree_entry_free(p); }
};

template <>
struct Free<git_blob> {
    void operator()(git_blob* p) const { git_blob_free(p); }
};

template <>
struct Free<git_odb> {
    void operator()(git_odb* p) const { git_odb_free(p); }
};

template <>
struct Free<git_diff> {
    void operator()(git_diff* p) const { git_diff_free(p); }
};

template <class T>
using Owned = std::unique_ptr<T, Free<T>>;

/// Lets a C function fill an owner: `git_blob_lookup(out(blob), …)`.
template <class T>
class Out {
  public:
    explicit Out(Owned<T>& owner) : owner_{owner} {}

    ~Out() { owner_.reset(pointer_); }

    Out(const Out&) = delete;
    Out& operator=(const Out&) = delete;

    operator T**() { return &pointer_; }

  private:
    Owned<T>& owner_;
    T* pointer_ = nullptr;
};

template <class T>
Out<T> out(Owned<T>& owner) {
    return Out<T>{owner};
}

/// Once per process: no configuration of the machine or of a user is ever read.
void start_library();

/// GIT_ENOTFOUND becomes not_found; the library's own text follows `what`.
Error library_error(int code, const std::string& what);

bool parse_id(std::string_view text, git_oid& id);
std::string to_text(const git_oid& id);

Result<Owned<git_commit>> find_commit(git_repository* repository, std::string_view sha);
Result<Owned<git_tree>> find_tree(git_repository* repository, std::string_view sha);
std::vector<TreeEntry> list_entries(const git_tree* tree);

}  // namespace triphammer::git
