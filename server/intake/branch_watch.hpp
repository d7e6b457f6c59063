#pragma once
// Pushes that were never delivered: every few minutes the branches of each repository are compared
// with what deliveries said of them (docs/adr/0053).
//
//   heads at the forge ── as they were? ─▶ nothing
//     │ moved, a delivery said so ─▶ noted
//     └ moved, none said so ─▶ after a while still none ─▶ a delivery of its own, through the
//     door's
//                                                          own way in; a late real one is its equal
// An unchanged list is a 304, which GitHub does not count.

#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "github/client.hpp"
#include "intake/catch_up.hpp"
#include "store/forge/branch_head_store.hpp"
#include "store/repository_store.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::intake {

/// Who may read a repository's branches; github_feeds.hpp, or a test's.
class BranchSource {
  public:
    virtual ~BranchSource() = default;
    /// Code::not_found: nobody. Other errors are github::App's.
    virtual Task<Result<github::Client>> client_for(store::RepositoryRow row) = 0;
};

class BranchWatch {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        BranchSource& source;
        DeliveryTaker& taker;
        const Clock& clock;
    };

    /// A delivery may be on its way for `grace`; never longer than `pause`.
    BranchWatch(Parts parts, Milliseconds pause, Milliseconds grace);
    ~BranchWatch();
    BranchWatch(const BranchWatch&) = delete;
    BranchWatch& operator=(const BranchWatch&) = delete;

    /// Once; the first pass begins at once.
    void start();

    /// There is a new repository: what its branches are now is where it begins.
    void wake() { alarm_.ring(); }

    Task<> stop();

    /// One pass over all repositories, as `start` repeats it.
    Task<Result<>> pass();

    std::uint64_t found() const { return found_; }

  private:
    using Heads = std::map<std::string, std::string>;  // ref → commit

    struct ListPage {
        std::string etag;
        std::vector<std::pair<std::string, std::string>> heads;
    };

    /// What is remembered of a repository between passes; forgotten with the process.
    struct Memory {
        std::vector<ListPage> pages;
        std::map<std::string, TimePoint> suspects;  // "REF SHA" → when it was seen first
        std::optional<TimePoint> not_before;
        int failures = 0;  // in a row
        std::string problem;
    };

    /// A push that nobody told of.
    struct Missing {
        std::string ref;
        std::string sha;
        store::BranchHead before;  // without a commit: the branch is new
    };

    struct Comparison {
        bool is_first = false;
        Heads settled;  // to be noted; an empty commit: the branch is gone
        std::vector<Missing> missing;
    };

    Task<> run();
    Task<> pass_over(store::RepositoryRow row);
    Task<Result<>> look_at(const store::RepositoryRow& row, Memory& memory);
    Task<Result<bool>> read_heads(
        const github::Client& client, const store::RepositoryRow& row, Memory& memory
    );
    Task<Result<Comparison>> compare(const store::RepositoryRow& row, const Heads& heads);
    Task<Result<>> deliver(
        const github::Client& client, const store::RepositoryRow& row, Missing missing
    );
    Task<Result<>> settle(const store::RepositoryRow& row, const Comparison& comparison);
    bool is_due(Memory& memory, const Missing& missing);
    void note(const store::RepositoryRow& row, Memory& memory, const Result<>& done);

    Parts parts_;
    Milliseconds pause_;
    Milliseconds grace_;
    Alarm alarm_;
    TaskGroup tasks_;
    std::map<model::RepositoryId, Memory> memories_;
    bool has_suspects_ = false;  // somewhere, after the last pass
    std::uint64_t found_ = 0;
};

}  // namespace triphammer::intake
