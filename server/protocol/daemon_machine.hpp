#pragma once
// The daemon's side of one runner connection as a pure state machine; also applies the spool of a
// dead runner (`replaying`). Its driver (launch/, the simulation) loops:
//
//   receive(bytes);  while (auto action = machine.next()) { do it; answer it where it asks }
//
// and reads the socket again only when `next()` has nothing: that bounds the memory. Rules A1-A3:
// log bytes that stand before a record are written before that record is committed; `end` commits
// only after every length and checksum agrees; `ack` follows a commit and never precedes it.

#include "protocol/messages.hpp"

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::protocol {

// ── what the driver has to do ────────────────────────────────────────────────────────────────

/// Compare and set (fence, token, state claimed|running, nonce NULL or this one), then
/// `answer_attach`. Another connection of the same attempt is dropped before that.
struct CheckAttach {
    Attach attach;
};

/// pwrite to the step's log, then `answer_log`. `bytes` is valid until the answer.
struct WriteLog {
    int step = 0;
    std::uint64_t offset = 0;
    std::string_view bytes;
};

/// fdatasync the steps' logs and compare lengths and checksums, then `answer_verify`.
struct VerifyLogs {
    std::vector<StepSum> sums;
};

/// Apply in order and move `attempts.acked` from `base` to `acked`, in one transaction guarded by
/// (fence, nonce, running, acked = base), then `answer_commit`. Without records when nothing but
/// log bytes came for long (kAckBytes).
struct Commit {
    std::vector<Record> records;
    std::uint64_t base = 0;
    std::uint64_t acked = 0;
};

struct Send {
    std::string bytes;
};

/// The connection is over; `why` is for the log, empty after a good end.
struct Close {
    std::string why;
    /// The disk holds other logs of this attempt, or shorter ones, than its runner wrote: remove
    /// them, and let it send them again (`Attached::resend_from`). It has every byte in its spool.
    bool are_logs_damaged = false;
};

using DaemonAction = std::variant<CheckAttach, WriteLog, VerifyLogs, Commit, Send, Close>;

/// What the tables and the disk know of an attempt.
struct Attached {
    std::uint64_t acked = 0;
    /// Where the runner begins to send again: `acked`, or 0 after logs on disk were found damaged
    /// and removed (records up to `acked` are skipped, log bytes are taken again). Who has
    /// forgotten that they were, a daemon that died meanwhile, is told again by another Close.
    std::uint64_t resend_from = 0;
    std::map<int, std::uint64_t> have;
    std::int64_t lease_ms = 30'000;
    std::optional<Cancel> cancel;
    std::string document;
    /// On this attempt's open intent, if it has one: its verdict may have been lost.
    std::optional<Verdict> open_intent;
};

class DaemonMachine {
  public:
    /// Waits for `attach`.
    DaemonMachine() = default;

    /// Applies a dead runner's spool: sends nothing, asks for nothing but WriteLog, VerifyLogs,
    /// Commit and Close. Feed it the spool from `attached.resend_from` on.
    static DaemonMachine replaying(Attached attached);

    void receive(std::string_view bytes);

    /// Without a copy: as FrameDecoder. `room` only while no answer is owed.
    std::span<char> room() { return decoder_.room(); }

    void received(std::size_t count) { decoder_.filled(count); }

    /// The next thing to do; nothing while an answer is owed or more bytes are needed.
    /// `is_patient`: nor a Commit of records that nobody waits for. What follows soon shares it, or
    /// comes before it; the driver asks without patience after a moment.
    std::optional<DaemonAction> next(bool is_patient = false);

    /// There are records that a Commit without patience would keep.
    bool is_holding_back() const { return !batch_.empty() && !owed_ && !ended_; }

    /// An error is a refusal when its code is refused, conflict, not_found or unauthorized; any
    /// other (busy, disk) closes the connection and the runner comes back.
    void answer_attach(Result<Attached> answer);
    /// Code::protocol: the disk holds other bytes there, or does not reach so far.
    void answer_log(const Result<>& answer);
    /// Code::conflict: lengths or checksums differ.
    void answer_verify(const Result<>& answer);
    /// Verdicts on the intents among the records, in their order.
    void answer_commit(Result<std::vector<Verdict>> answer);

    /// Tells the runner, now or with the welcome.
    void cancel(Cancel why);
    /// The attempt is over for this runner (lost_runner, superseded).
    void refuse(std::string why);

    bool is_attached() const { return state_ == State::attached; }

    /// `end` or `park` is committed.
    bool is_finished() const { return finished_; }

    std::uint64_t acked() const { return acked_; }

  private:
    enum class State { waiting, checking, attached, closed };

    std::optional<DaemonAction> handle(const Frame& frame);
    std::optional<DaemonAction> on_first(const Frame& frame);
    std::optional<DaemonAction> on_log(const Frame& frame);
    std::optional<DaemonAction> on_record(Record record, std::uint64_t bytes);
    std::optional<DaemonAction> on_message(const Ping& message);
    std::optional<DaemonAction> on_message(const Seek& message);
    bool is_ack_due() const;
    bool may_wait() const;
    std::optional<DaemonAction> flush();
    std::optional<DaemonAction> pop();
    void close(std::string why, bool are_logs_damaged = false);
    void fail(const Error& error);
    void say(std::string frame);

    State state_ = State::waiting;
    FrameDecoder decoder_;
    std::deque<DaemonAction> ready_;  // Send and Close: they need no answer
    std::vector<Record> batch_;
    std::map<int, std::uint64_t> have_;
    std::string nonce_;
    std::uint64_t acked_ = 0;                 // committed
    std::uint64_t batch_end_ = 0;             // spool offset of the batch's end
    std::optional<std::uint64_t> stream_at_;  // where the next journal frame begins
    std::optional<Cancel> cancel_;
    std::pair<int, std::uint64_t> writing_;  // step, bytes
    bool owed_ = false;                      // an answer of the driver
    bool ended_ = false;                     // `end` or `park` is in the batch or committed
    bool verified_ = false;
    bool replaying_ = false;
    bool finished_ = false;
};

}  // namespace triphammer::protocol
