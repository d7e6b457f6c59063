#pragma once
// Deliveries that did not come by themselves: fetched from the log that the forge keeps of each
// hook, every few seconds where nobody can reach this server, else every few minutes, for what was
// missed.
//
//   list (newest first, page by page) ─▶ unknown here? ─▶ fetch, oldest first ─▶ the door's own way
//     until older than the position                                              in: same checks,
//   position ◀── only when all of it is kept, or will never be ◀──────────────── same duplicates
//
// Killed anywhere, the list is read again from the old position: what was kept is known by its
// GUID.

#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "github/client.hpp"
#include "github/deliveries.hpp"
#include "store/forge/hook_position_store.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::intake {

/// A hook and where the forge keeps its log.
struct Feed {
    std::string hook;  // ours: the last part of its route; empty for the server's own
    std::string path;  // "/repos/OWNER/NAME/hooks/1", "/app/hook"
    Secret token;      // empty: the App's
};

/// Which hooks there are at the forge, and its answers; github_feeds.hpp, or a test's.
class FeedSource {
  public:
    virtual ~FeedSource() = default;
    virtual Task<Result<std::vector<Feed>>> list() = 0;
    /// `path` goes below the API's base; errors are github::Client's.
    virtual Task<Result<github::ApiAnswer>> get(Feed feed, std::string path, std::string etag) = 0;
};

/// Where fetched deliveries go: the Receiver, or a test's.
class DeliveryTaker {
  public:
    virtual ~DeliveryTaker() = default;
    /// The status that the forge would have got: 202 and 200 kept, 503 not now, 404 no such hook
    /// any more, others never.
    virtual Task<int> take(std::string hook, github::DeliveryText delivery) = 0;
};

class CatchUp {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        FeedSource& source;
        DeliveryTaker& taker;
        const Clock& clock;
    };

    CatchUp(Parts parts, Milliseconds pause);
    ~CatchUp();
    CatchUp(const CatchUp&) = delete;
    CatchUp& operator=(const CatchUp&) = delete;

    /// Once; the first pass begins at once.
    void start();

    /// There is a new hook.
    void wake() { alarm_.ring(); }

    Task<> stop();

    /// One pass over all hooks, as `start` repeats it. An error is the source's, of its list.
    Task<Result<>> pass();

    /// What stood in the way of the last pass over this hook; empty: nothing.
    std::string problem(const std::string& hook) const;

    std::uint64_t fetched() const { return fetched_; }

  private:
    /// What is remembered of a hook between passes; forgotten with the process.
    struct Memory {
        std::string hook;
        std::string etag;             // of the first page, where the pass came to its end
        std::set<std::string> never;  // GUIDs that were refused for good
        std::optional<TimePoint> not_before;
        int failures = 0;  // in a row
        std::string problem;
    };

    struct Listing;

    Task<> run();
    Task<> pass_over(Feed feed);
    Task<Result<>> read_log(const Feed& feed, Memory& memory);
    Task<Result<>> list(const Feed& feed, const Memory& memory, Listing& listing);
    Task<Result<>> list_page(const Feed& feed, std::string query, Listing& listing);
    Task<Result<>> fetch_all(const Feed& feed, Memory& memory, const Listing& listing);
    Task<Result<>> fetch(const Feed& feed, Memory& memory, const github::LoggedDelivery& one);
    Task<Result<std::vector<std::string>>> list_unknown(const Feed& feed, const Listing& listing);
    Task<Result<std::optional<store::HookPosition>>> find_position(const std::string& hook);
    Task<Result<>> keep_position(const Feed& feed, const Listing& listing);
    void note(const Feed& feed, Memory& memory, const Result<>& done);

    Parts parts_;
    Milliseconds pause_;
    Alarm alarm_;
    TaskGroup tasks_;
    std::map<std::string, Memory> memories_;  // by Feed::path: a hook made anew begins anew
    std::uint64_t fetched_ = 0;
};

}  // namespace triphammer::intake
