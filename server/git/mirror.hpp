#pragma once
// The bare mirrors under data/mirrors/<repository id>.git and how commits get into them.
//
// A mirror's commits are only ever added to (an open attempt may still need one that its branch has
// left): exact refs, exact commits, no tags besides. What the host has as a whole (kEverything) is
// followed below refs/now/, where refs go when the host's do. No fetch where the commit is there;
// else at most one fetch runs and one waits per mirror, and callers share them. All calls on the
// logic thread; libgit2 runs on the git thread, `git fetch` is a child.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/spawn.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"
#include "git/fetch.hpp"
#include "git/modules.hpp"
#include "git/repository.hpp"
#include "model/ids.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::git {

/// As the `ref` of a want without `sha`: all branches and tags that the host has now, and the
/// commit that it shows first.
constexpr std::string_view kEverything = "*";
constexpr std::string_view kHead = "HEAD";

/// What is wanted: the commit `sha`, found at `ref`. Without `sha`: whatever `ref` names now, which
/// always asks the host. Without `ref`: the commit alone.
struct Want {
    std::string ref;
    std::string sha;

    friend bool operator==(const Want&, const Want&) = default;
};

struct MirrorSettings {
    std::filesystem::path folder;  // data/mirrors
    ChildLimits limits;
};

class Mirrors {
  public:
    /// `git` and `spawner` outlive this object.
    Mirrors(MirrorSettings settings, NamedThread& git, Spawner& spawner);
    ~Mirrors();
    Mirrors(const Mirrors&) = delete;
    Mirrors& operator=(const Mirrors&) = delete;

    std::filesystem::path path_of(model::RepositoryId repository) const;

    /// Ends when every want is in the mirror. Errors, each with a sentence for people:
    ///   unauthorized  the host refused the credential
    ///   not_found     the repository is gone, or hidden from this credential
    ///   invalid       a want that names neither a proper ref nor a commit
    ///   conflict      "commit vanished": neither host nor mirror has the ref or commit (any more)
    ///   timed_out     the host stays silent or is too slow
    ///   unavailable   everything else that may be better later
    Task<Result<>> ensure(model::RepositoryId repository, Remote remote, std::vector<Want> wants);

    /// The commit that `name` (a full ref, kHead or a full id) is in the mirror, as it was fetched
    /// last. Code::not_found.
    Task<Result<std::string>> resolve(model::RepositoryId repository, std::string name);

    /// Branches and tags by their full names, as kEverything found them last; where that was never
    /// asked for, those that the mirror has.
    Task<Result<std::vector<Ref>>> list_refs(model::RepositoryId repository);

    /// The submodules of a commit in the mirror, of a repository at `url`. Code::invalid for what
    /// .gitmodules does not say, or says badly; Code::too_large for more than 200.
    Task<Result<std::vector<Module>>> list_modules(
        model::RepositoryId repository, std::string sha, std::string url
    );

    /// Sets the mirrors aside that nobody has asked `ensure` for since `then`; to be removed.
    Task<std::vector<std::filesystem::path>> set_unused_aside(TimePoint then);

    /// How many fetches were started; for metrics and tests.
    std::uint64_t fetches() const { return fetches_; }

  private:
    struct Batch;
    struct Queue;

    Task<Result<std::string>> read_module_file(std::filesystem::path mirror, std::string sha);
    Task<std::vector<Want>> list_missing(model::RepositoryId repository, std::vector<Want> wants);
    Task<> lead(
        model::RepositoryId repository, std::shared_ptr<Queue> queue, std::shared_ptr<Batch> batch
    );
    Task<> run_batch(model::RepositoryId repository, std::shared_ptr<Batch> batch);
    Task<Result<>> fetch_alone(
        model::RepositoryId repository, std::shared_ptr<Batch> batch, Want want
    );
    Task<Result<>> fetch_refspecs(
        model::RepositoryId repository,
        std::shared_ptr<Batch> batch,
        std::vector<std::string> refspecs
    );

    MirrorSettings settings_;
    NamedThread& git_;
    Spawner& spawner_;
    std::map<model::RepositoryId, std::shared_ptr<Queue>> queues_;
    std::uint64_t fetches_ = 0;
};

}  // namespace triphammer::git
