#pragma once
// The numbered events that open pages and scripts follow: rows of `changes` as they are committed,
// and the growth of logs. web/README.md and docs/api.md describe the wire.

#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/ids.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::api {

/// How long a log is now.
struct LogGrowth {
    model::RunId run;
    model::JobId job;
    std::int64_t step = 0;
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    bool done = false;
};

/// One follower: what it wants, and what waits to be sent to it. A follower that is slow gets
/// `resync` instead of an unbounded queue.
class Follower;

/// Owned by App; all calls on the logic thread.
class LiveHub {
  public:
    LiveHub(Executor executor, store::Database& database);
    ~LiveHub();
    LiveHub(const LiveHub&) = delete;
    LiveHub& operator=(const LiveHub&) = delete;

    /// Begins behind what was changed before this process; once, before the first request.
    Task<> start();
    /// Somebody committed rows of `changes`, up to `last`; reads them once for everybody.
    void on_changes(std::int64_t last);
    void on_log(const LogGrowth& growth);

    /// The last number that was given out.
    std::int64_t seq() const;
    std::size_t followers() const;

    /// For `who`, who hears of visible repositories only, and whose follower ends when the session,
    /// token or account changes: who may still follow comes again.
    std::shared_ptr<Follower> follow(access::Principal who);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

class Follower {
  public:
    Follower(Executor executor, store::Database& database, access::Principal who);
    ~Follower();

    /// Replaces the whole subscription; everything after `last` that fits is sent first.
    Task<> subscribe(std::set<std::string> topics, std::int64_t last);

    /// Puts the present state of a log before its further growth.
    void show(const LogGrowth& growth);
    /// The present counts, for whoever follows the topic "counts".
    Task<> show_counts();

    /// The next message (a JSON text) when there is one; nothing after `limit` without one.
    Task<std::string> next(std::chrono::milliseconds limit);

    /// Nobody will read any more: `next` returns at once.
    void close();
    bool closed() const;

  private:
    friend class LiveHub;
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer::api
