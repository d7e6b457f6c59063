#pragma once
// Who starts, waits for, gives back and gives up attempts: the dispatcher's decisions as a pure
// state machine (failures F2-F5 of docs/protocol.md, sweeps of D2). No socket, no database, no
// clock call; its drivers are Dispatcher and the simulation.
//
// What a fence that is open in the tables gets, once the launcher has said what it sees (a runner
// that is connected is left alone):
//
// clang-format off
//   tables  │ no folder                │ dead                             │ alive
//   ────────┼──────────────────────────┼──────────────────────────────────┼────────────────────────
//   claimed │ start (again), new token │ give back: job queued, no count  │ until the deadline wait,
//   running │ lost                     │ whole `end` in the spool: apply  │ then stop and ask again;
//           │                          │ it as if sent; else lost         │ does not die: lost
// clang-format on
//
// The deadline (30 s) counts from the daemon being ready or from the end of the connection; it is
// over at once when the connection was cut after a lease of silence.

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "model/states.hpp"

#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace triphammer::launch {

inline constexpr Milliseconds kAttachDeadline{30'000};
inline constexpr Milliseconds kListAgain{1'000};
inline constexpr Milliseconds kStopPatience{60'000};
/// A runner goes by itself after its end; a sweep kills, so it waits for the `ended` hint, or this.
inline constexpr Milliseconds kSweepGrace{10'000};
/// A spool that cannot be applied after so many tries is given up.
inline constexpr int kMaxReplays = 3;
/// A runner that was told of its end and lives on after so many tries is stopped.
inline constexpr int kSweepRefusals = 10;
/// Late creates of a dying runner are caught by a second sweep (D2).
inline constexpr Milliseconds kSweepAgain{10'000};

// ── what the driver has to do ────────────────────────────────────────────────────────────────

/// One job for a free worker, in one transaction; then `on_claimed` or `on_claim_failed`.
struct ClaimNext {};

/// Ask the launcher to start. `renews_token`: this process does not know the token (any more), set
/// a new one first. Where that fails (a runner has attached meanwhile, the disk is full) it is not
/// started: `on_settled` with false.
struct StartRunner {
    model::Fence fence;
    bool renews_token = false;
};

struct ListRunners {};

/// Of the launcher: TERM now, KILL after a second.
struct StopRunner {
    model::Fence fence;
};

/// Of the launcher: remove folder and engine objects of an attempt that has ended in the tables.
struct SweepRunner {
    model::Fence fence;
};

/// Whether the spool of a dead runner has a whole end of the nonce in the row; then `on_inspected`,
/// or `on_over` when the row says that the attempt has ended.
struct InspectSpool {
    model::Fence fence;
};

/// Then `on_settled`. A journal that cannot be applied is tried again, kMaxReplays times in all.
struct ReplaySpool {
    model::Fence fence;
};

struct GiveBack {
    model::Fence fence;
    std::string reason;
};

struct Lose {
    model::Fence fence;
    std::string reason;
    bool is_proven_dead = true;  // false: nothing about effects may be repeated (E3)
};

/// Both sweeps are done.
struct MarkSwept {
    model::Fence fence;
};

using DispatchAction = std::variant<
    ClaimNext,
    StartRunner,
    ListRunners,
    StopRunner,
    SweepRunner,
    InspectSpool,
    ReplaySpool,
    GiveBack,
    Lose,
    MarkSwept>;

/// What the launcher says of a fence.
enum class Sight { nothing, alive, dead };

class DispatchMachine {
  public:
    /// `workers`: how many attempts may be open at once; with as many open nothing is claimed.
    explicit DispatchMachine(std::size_t workers = std::numeric_limits<std::size_t>::max())
        : workers_{workers} {}

    /// After the daemon's start: what the tables hold.
    void adopt(model::Fence fence, bool has_attached);
    void adopt_unswept(model::Fence fence);

    // ── launcher ──
    void on_launcher_ready(Instant now);
    void on_launcher_gone();
    void on_started(model::Fence fence, Instant now);
    /// The folder was there: this fence was started before.
    void on_exists(model::Fence fence);
    void on_start_refused(model::Fence fence, const std::string& why);
    /// The whole answer to ListRunners.
    void on_list(const std::map<model::Fence, Sight>& seen, Instant now);
    /// A hint (`ended`): asks for a list.
    void on_ended_hint(model::Fence fence);
    /// `is_done` false: it lives yet, or could not be swept; tried again later.
    void on_swept(model::Fence fence, bool is_done, Instant now);

    // ── tables ──
    void on_work();  // a job may have become claimable, or a worker free
    void on_claimed(
        std::optional<model::Fence> fence, std::optional<Milliseconds> next_job_in, Instant now
    );
    void on_claim_failed(Instant now);
    void on_inspected(model::Fence fence, bool has_end);
    /// GiveBack, Lose, ReplaySpool or StartRunner's token: `is_done` false tries again later.
    void on_settled(model::Fence fence, bool is_done, Instant now);

    // ── runners ──
    void on_attached(model::Fence fence);
    void on_detached(model::Fence fence, Instant now);
    /// Nothing was heard of it for a lease: it gets no further grace.
    void on_silent(model::Fence fence, Instant now);
    /// Its end is being committed: a claim that is asked for now comes after it.
    void on_ending(model::Fence fence);
    /// The attempt has ended in the tables, by its own record or otherwise.
    void on_over(model::Fence fence, Instant now);

    void on_time(Instant now);
    Instant next_wakeup() const;
    std::vector<DispatchAction> take_actions();

    /// Why nothing is claimed at the moment; empty when all is well. Shown to people.
    std::string pause_reason() const;

    std::size_t open_attempts() const { return attempts_.size(); }

  private:
    struct Attempt {
        bool has_attached = false;
        bool is_connected = false;
        bool is_starting = false;  // asked for, not answered
        bool is_busy = false;      // an action that settles it is under way
        bool knows_token = false;
        bool is_ending = false;
        int replays = 0;
        std::optional<Sight> sight;  // by this connection to the launcher
        std::optional<Instant> deadline;
        std::optional<Instant> stopped_at;
        Instant retry_at;
        Instant look_at;  // no list is asked for its sake before: it was seen alive
    };

    struct Sweep {
        int done = 0;
        int refusals = 0;
        bool is_asked = false;
        Instant at;
    };

    static bool is_missing(const Attempt& attempt);
    bool has_free_worker() const;
    void schedule(model::Fence fence, Instant at);
    void decide(model::Fence fence, Attempt& attempt, Instant now);
    void decide_dead(model::Fence fence, Attempt& attempt);
    void decide_alive(model::Fence fence, Attempt& attempt, Instant now);
    void settle(Attempt& attempt, DispatchAction action);
    void start(model::Fence fence, Attempt& attempt);
    void ask_for_list();
    void claim_if_wanted();
    void sweep_due(Instant now);

    std::map<model::Fence, Attempt> attempts_;
    std::map<model::Fence, Sweep> sweeps_;
    std::set<std::pair<Instant, model::Fence>> due_;  // of sweeps_, those that are not asked for
    std::size_t workers_;
    std::vector<DispatchAction> actions_;
    bool is_launcher_ready_ = false;
    bool has_listed_ = false;
    bool is_listing_ = false;
    bool wants_list_ = false;
    bool wants_claim_ = true;
    bool is_claiming_ = false;
    std::optional<Instant> claim_at_;
    Instant list_at_;
    Instant now_;
};

}  // namespace triphammer::launch
