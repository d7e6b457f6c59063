#pragma once
// The runner's side of the protocol as a pure state machine: no socket, no file, no clock. One per
// attempt; its driver (runner/session, the simulation) does what the actions say.
//
//   away ──connected──▶ attaching ──welcome──▶ attached ──end acked──▶ finished
//     ▲                     │                      │
//     └───────disconnected──┴──────────────────────┘      refused | given_up from anywhere
//
// The driver's loop:
//   1. work produces records and log bytes: `append*` gives the bytes to append to the spool file;
//   2. after every input do `take_actions()`, in order;
//   3. while connected: `take_outgoing()` to the socket; then, if `take_plain_spool()` names a
//      range, put it on the socket; else, if `wanted_spool()` names one, read it from the spool
//      file and put `frames_from_spool(...)` on the socket;
//   4. call `on_time` no later than `next_wakeup()`.

#include "base/clock.hpp"
#include "protocol/messages.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::protocol {

struct RunnerIdentity {
    model::Fence fence;
    Secret token;
    std::string nonce;  // random_hex(random, 16)
    std::string version;
};

// ── what the driver has to do ────────────────────────────────────────────────────────────────

/// Once, at the first welcome: begin the work of this document (model::JobDocument as JSON).
struct StartWork {
    std::string document;
};

/// At most once: end the work, with this grace between TERM and KILL; then append `End`.
struct CancelWork {
    Cancel cancel;
};

/// Drop the connection (if any); `next_wakeup` says when `may_connect` becomes true.
struct Reconnect {
    std::string why;
};

/// The verdict on intent n is here. Immediately before the effect ask `begin_effect(n, now)`.
struct EffectVerdict {
    std::int64_t n = 0;
    bool go = false;
    std::string why;
};

/// Everything is in the daemon's tables: remove the spool, exit 0.
struct Finished {};

/// The attempt is over for us: kill the tree, remove engine objects of our own fence, exit 0.
struct KillEverything {
    std::string why;
};

using RunnerAction =
    std::variant<StartWork, CancelWork, Reconnect, EffectVerdict, Finished, KillEverything>;

struct SpoolRange {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
};

constexpr Milliseconds kPingEvery{5'000};
/// The daemon answers every ping: silent for longer, and the connection is given up.
constexpr Milliseconds kSilence{15'000};
constexpr Milliseconds kGoLasts{10'000};
constexpr Milliseconds kFirstBackOff{50};
constexpr Milliseconds kLongestBackOff{1'000};
constexpr Milliseconds kWaitAfterEnd{24LL * 3600 * 1000};

class RunnerMachine {
  public:
    /// The spool is empty; the first `append` of the driver is `opening_record()`.
    RunnerMachine(RunnerIdentity identity, Instant now);

    /// `Started` as spool bytes; call once, before anything else.
    std::string opening_record(TimePoint at);

    // ── work ──
    /// The bytes to append to the spool file now. Nothing may be appended after End or Park.
    std::string append(const Record& record, Instant now);
    /// Cuts `bytes` into log frames of step `step`, which continue at that step's offset. They view
    /// into `bytes`.
    std::vector<LogFrame> append_log(int step, std::string_view bytes);
    /// True when effect n has a fresh `go`: it may be done now, once. False: the verdict is void
    /// (older than 10 s); a new one is asked for by reconnecting and comes as another
    /// EffectVerdict.
    bool begin_effect(std::int64_t n, Instant now);
    /// Effect n was tried, in vain, and may be tried once more: as `begin_effect`, for since then
    /// the attempt may have been given up.
    bool repeat_effect(std::int64_t n, Instant now);

    /// Unacknowledged bytes; over the driver's cap the step's output has to wait.
    std::uint64_t unacked_bytes() const { return spool_end_ - acked_; }

    // ── connection ──
    bool may_connect(Instant now) const;
    void on_connected(Instant now);
    /// Also after a connect that failed: the next one is put off.
    void on_disconnected(Instant now);
    /// Bytes from the daemon. Trouble with them becomes a Reconnect action.
    void on_received(std::string_view bytes, Instant now);
    void on_time(Instant now);
    /// The data directory is gone or another's: F1.
    void give_up(std::string why);

    // ── outputs ──
    std::vector<RunnerAction> take_actions();
    /// Bytes for the socket that are not in the spool (attach, ping); empty when there are none.
    std::string take_outgoing();
    /// The next piece of the spool to send, begins at a frame; nothing when all is sent or not
    /// attached. The file may be longer or shorter than what is asked.
    std::optional<SpoolRange> wanted_spool() const;
    /// What goes on the socket for the spool bytes at `offset` (as wanted): whole frames, without
    /// log bytes that the daemon has.
    std::string frames_from_spool(std::uint64_t offset, std::string_view bytes);
    /// The next piece of the spool that goes on the socket as it is: whole frames, of which the
    /// daemon has none. Counts as sent. Nothing: ask `wanted_spool`.
    std::optional<SpoolRange> take_plain_spool();
    Instant next_wakeup() const;

    bool is_attached() const { return state_ == State::attached; }

    bool is_over() const { return state_ == State::over; }

    std::uint64_t spool_end() const { return spool_end_; }

    std::uint64_t acked() const { return acked_; }

  private:
    static constexpr std::size_t kUsualRead = std::size_t{256} << 10U;
    // Between two plain pieces a ping finds its way.
    static constexpr std::uint64_t kPlainBytes = std::uint64_t{1} << 20U;

    enum class State { away, attaching, attached, over };

    // The one effect whose intent has no result yet.
    struct Effect {
        std::int64_t n = 0;
        Instant asked_at;
        std::optional<Instant> go_until;
        bool begun = false;
    };

    void on_message(Welcome message, Instant now);
    void on_message(const Ack& message, Instant now);
    void on_message(const Verdict& message, Instant now);
    void on_message(const Cancel& message, Instant now);
    void on_message(const Refused& message, Instant now);
    Result<bool> receive_one(Instant now);
    void note(const Record& record, Instant now);
    void grow(std::size_t bytes);
    void finish_if_acked();
    void go_away(Instant now);
    void reconnect(std::string why, Instant now);
    void cancel_once(const Cancel& cancel);
    void end_with(RunnerAction action);

    RunnerIdentity identity_;
    State state_ = State::away;
    FrameDecoder decoder_;
    std::vector<RunnerAction> actions_;
    std::string outgoing_;

    std::uint64_t spool_end_ = 0;
    std::uint64_t acked_ = 0;
    std::uint64_t sent_ = 0;          // spool offset up to which this connection has been served
    std::uint64_t plain_from_ = 0;    // nothing from here on was written before the last welcome
    std::deque<std::uint64_t> cuts_;  // ends of frames, about kPlainBytes apart
    std::optional<std::uint64_t> stream_at_;  // where the daemon takes the next frame to begin
    std::size_t want_bytes_ = kUsualRead;     // grows for a frame that is larger
    std::map<int, std::uint64_t> log_ends_;
    std::map<int, std::uint64_t> have_;
    std::optional<Effect> effect_;

    bool started_work_ = false;
    bool cancelled_ = false;
    bool closed_ = false;  // End or Park was appended
    Instant retry_at_;
    Milliseconds back_off_ = kFirstBackOff;
    Instant connected_at_;
    Instant heard_at_;
    Instant ping_at_;
    std::optional<Instant> give_up_at_;
};

}  // namespace triphammer::protocol
