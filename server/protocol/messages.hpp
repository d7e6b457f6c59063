#pragma once
// The closed set of messages of the runner protocol. Payloads are compact JSON with sorted keys
// (log frames are binary: u32 step │ u64 offset │ bytes); a payload that differs from what we would
// have written ourselves — an unknown or missing field, another type, a duplicate key — is
// Code::protocol. Pure.
//
// `at` is unix milliseconds by the runner's clock: shown to people, never decided upon.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/ids.hpp"
#include "model/states.hpp"
#include "protocol/frame.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace triphammer::protocol {

// ── runner to daemon, outside the journal ────────────────────────────────────────────────────

/// The first frame of a connection. The daemon binds the nonce (compare and set) or refuses.
struct Attach {
    model::Fence fence;
    Secret token;       // as the launcher handed it over
    std::string nonce;  // 32 hex characters, drawn by the runner at its start
    std::uint64_t spool_end = 0;
    std::string version;
};

/// Every 5 s; answered by `ack`.
struct Ping {};

/// The next journal frame of this connection begins at this spool offset: sent after `welcome` and
/// wherever log frames are left out because the daemon has their bytes.
struct Seek {
    std::uint64_t offset = 0;
};

// ── the journal ──────────────────────────────────────────────────────────────────────────────

/// The spool's first record: ties it to one runner.
struct Started {
    std::string nonce;
    std::string version;
    std::int64_t at = 0;

    friend bool operator==(const Started&, const Started&) = default;
};

struct StepBegin {
    int number = 0;  // 0: set up; then the workflow's, then clean-up
    std::string id;
    std::string name;
    std::int64_t at = 0;

    friend bool operator==(const StepBegin&, const StepBegin&) = default;
};

struct Annotation {
    std::string level;  // notice | warning | error
    std::string message;
    std::string title;
    std::string file;
    std::int64_t line = 0;  // 0: none; so with the other three
    std::int64_t end_line = 0;
    std::int64_t column = 0;
    std::int64_t end_column = 0;

    friend bool operator==(const Annotation&, const Annotation&) = default;
};

using Outputs = std::map<std::string, std::string>;

struct StepEnd {
    int number = 0;
    model::StepState state = model::StepState::succeeded;  // a final one
    model::Cause cause = model::Cause::none;
    std::optional<int> exit_status;
    std::string reason;
    std::vector<Annotation> annotations;
    std::int64_t at = 0;

    friend bool operator==(const StepEnd&, const StepEnd&) = default;
};

/// A piece of what a step wrote to GITHUB_STEP_SUMMARY: Markdown, masked, in order; before its end.
struct Summary {
    static constexpr std::size_t kMostBytes = std::size_t{128} << 10U;  // of `text`
    static constexpr int kMostParts = 9;  // hold 1 MiB, cut between characters

    int number = 0;
    int part = 0;  // counts from 0
    std::string text;

    friend bool operator==(const Summary&, const Summary&) = default;
};

/// A deployment went into this phase.
struct Phase {
    model::DeploymentPhase phase = model::DeploymentPhase::preflight;
    std::string detail;
    std::int64_t at = 0;

    friend bool operator==(const Phase&, const Phase&) = default;
};

/// "I am about to do effect n": nothing is done before `verdict` says go.
struct Intent {
    std::int64_t n = 0;
    std::string kind;    // rollout::EffectKind's name
    std::string target;  // what it is done to
    std::string idem;    // sha256 of (deployment, n), hex
    std::int64_t at = 0;

    friend bool operator==(const Intent&, const Intent&) = default;
};

struct EffectResult {
    std::int64_t n = 0;
    bool ok = false;
    std::string ids = "{}";     // JSON object: what the target calls what we made
    std::string probes = "[]";  // JSON array: what was measured
    std::string excerpt;        // the candidate's last lines, when it failed
    std::string reason;
    std::int64_t at = 0;

    friend bool operator==(const EffectResult&, const EffectResult&) = default;
};

/// Ends the attempt without ending the job: it goes on later at `resume` under a new fence.
struct Park {
    std::string why;
    std::int64_t until = 0;  // unix milliseconds; 0: until somebody decides
    std::string resume = "{}";

    friend bool operator==(const Park&, const Park&) = default;
};

/// What a step's log holds when everything has arrived.
struct StepSum {
    int number = 0;
    std::uint64_t bytes = 0;
    std::string sha256;

    friend bool operator==(const StepSum&, const StepSum&) = default;
};

struct End {
    model::JobState state = model::JobState::succeeded;  // a final one
    model::Cause cause = model::Cause::none;
    std::string reason;
    std::optional<int> exit_status;  // of the step that made the job fail
    Outputs outputs;
    std::vector<StepSum> steps;
    /// Deploy jobs: what the ledger row becomes.
    std::optional<model::DeploymentState> deployment;
    std::int64_t at = 0;

    friend bool operator==(const End&, const End&) = default;
};

using Record =
    std::variant<Started, StepBegin, Summary, StepEnd, Phase, Intent, EffectResult, Park, End>;

/// A log frame's payload; `bytes` views into it.
struct LogChunk {
    int step = 0;
    std::uint64_t offset = 0;
    std::string_view bytes;
};

/// The frame of a chunk without a copy of its bytes: they follow `head`.
struct LogFrame {
    static constexpr std::size_t kHeadBytes = kHeaderBytes + 1 + 12;

    std::array<char, kHeadBytes> head{};
    std::string_view bytes;

    std::size_t size() const { return kHeadBytes + bytes.size(); }

    std::string_view head_view() const { return {head.data(), kHeadBytes}; }

    std::string to_string() const { return std::string{head_view()}.append(bytes); }
};

/// `chunk.bytes` at most kMaxLogBytes.
LogFrame make_log_frame(const LogChunk& chunk);

// ── daemon to runner ─────────────────────────────────────────────────────────────────────────

struct Cancel {
    std::string why;
    model::Cause cause = model::Cause::none;  // disk_full, timeout, …; none: somebody asked for it
    std::int64_t grace_ms = 10'000;           // between TERM and KILL

    friend bool operator==(const Cancel&, const Cancel&) = default;
};

struct Welcome {
    std::uint64_t acked = 0;            // everything before this spool offset is in the tables
    std::map<int, std::uint64_t> have;  // step → bytes of its log on the daemon's disk
    std::int64_t lease_ms = 30'000;     // silent for longer, and the attempt may be given up
    std::optional<Cancel> cancel;
    std::string document;  // model::JobDocument as JSON text; holds secrets
};

struct Ack {
    std::uint64_t seq = 0;
};

struct Verdict {
    std::int64_t n = 0;
    bool go = false;
    std::string why;  // when it is no

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Final: the attempt is over for this runner.
struct Refused {
    std::string why;
};

// ── frames ───────────────────────────────────────────────────────────────────────────────────

std::string to_frame(const Attach& message);
std::string to_frame(const Ping& message);
std::string to_frame(const Seek& message);
std::string to_frame(const Record& record);
std::string to_frame(const LogChunk& chunk);
std::string to_frame(const Welcome& message);
std::string to_frame(const Ack& message);
std::string to_frame(const Verdict& message);
std::string to_frame(const Cancel& message);
std::string to_frame(const Refused& message);

/// What a runner may send apart from log frames.
using RunnerMessage = std::variant<Attach, Ping, Seek, Record>;
using DaemonMessage = std::variant<Welcome, Ack, Verdict, Cancel, Refused>;

Result<RunnerMessage> parse_runner_message(const Frame& frame);
Result<Record> parse_record(const Frame& frame);
Result<LogChunk> parse_log(const Frame& frame);
Result<DaemonMessage> parse_daemon_message(const Frame& frame);

}  // namespace triphammer::protocol
