#pragma once
// Every state of the product, its name in the database and the API, and which moves are legal.
//
// clang-format off
//   run         queued → running ⇄ waiting; then succeeded | failed | cancelled
//   job         blocked → queued → running ⇄ waiting; then succeeded | failed | cancelled | timed_out
//               running → queued   never attached, or a retry
//               blocked → skipped | cancelled
//   attempt     claimed → running → ended | parked
//   delivery    pending → started | ignored | duplicate | failed; refused at the door
//   deployment  pending → running → succeeded | failed | rolled_back | unknown; unknown → (settled)
// clang-format on
//
// The same lists stand as CHECK constraints in migrations/; a test compares the two.

#include <array>
#include <optional>
#include <string_view>

namespace triphammer::model {

enum class RunState { queued, running, waiting, succeeded, failed, cancelled };
enum class JobState {
    blocked,
    queued,
    running,
    waiting,
    succeeded,
    failed,
    cancelled,
    timed_out,
    skipped
};
enum class AttemptState { claimed, running, ended, parked };
enum class StepState { queued, running, succeeded, failed, cancelled, timed_out, skipped };
/// Why something failed. `none` is not a cause: it is the absence of one.
enum class Cause {
    none,
    exit,
    signal,
    timeout,
    oom,
    disk_full,
    lost_runner,
    infrastructure,
    invalid,
    undecided
};
enum class DeliveryOutcome { pending, started, ignored, duplicate, refused, failed };
enum class DeploymentState { pending, running, succeeded, failed, rolled_back, unknown };
enum class DeploymentPhase {
    waiting_lock,
    waiting_approval,
    preflight,
    candidate,
    gate,
    switch_traffic,
    verify,
    soak,
    done,
    rolling_back,
    frozen
};
/// `call` is a job that runs another workflow: its own jobs work for it.
enum class JobKind { steps, image, deploy, terraform, approve, call };

std::string_view name_of(RunState state);
std::string_view name_of(JobState state);
std::string_view name_of(AttemptState state);
std::string_view name_of(StepState state);
/// Empty for Cause::none.
std::string_view name_of(Cause cause);
std::string_view name_of(DeliveryOutcome outcome);
std::string_view name_of(DeploymentState state);
/// With hyphens, as in the API: "waiting-lock"; switch_traffic is "switch".
std::string_view name_of(DeploymentPhase phase);
std::string_view name_of(JobKind kind);

/// The reverse of name_of for each of the enums above; nothing for an unknown name.
template <class State>
std::optional<State> parse_state(std::string_view name);

constexpr bool is_final(RunState state) {
    return state == RunState::succeeded || state == RunState::failed ||
           state == RunState::cancelled;
}

constexpr bool is_final(JobState state) {
    return state == JobState::succeeded || state == JobState::failed ||
           state == JobState::cancelled || state == JobState::timed_out ||
           state == JobState::skipped;
}

constexpr bool is_final(AttemptState state) {
    return state == AttemptState::ended || state == AttemptState::parked;
}

constexpr bool is_final(StepState state) {
    return state != StepState::queued && state != StepState::running;
}

constexpr bool is_final(DeploymentState state) {
    return state != DeploymentState::pending && state != DeploymentState::running &&
           state != DeploymentState::unknown;
}

constexpr bool may_become(RunState from, RunState to) {
    if (is_final(from)) return to == RunState::queued;  // re-run: a new attempt of the same run
    return from != to;
}

constexpr bool may_become(JobState from, JobState to) {
    using enum JobState;
    switch (from) {
        case blocked:
            return to == queued || to == waiting || to == skipped || to == cancelled ||
                   to == failed;
        case queued:
            return to == running || to == waiting || to == cancelled || to == failed ||
                   to == skipped;
        case running:
            return to == waiting || to == queued || (is_final(to) && to != skipped);
        case waiting:
            return to == queued || to == running || is_final(to);
        case succeeded:
        case failed:
        case cancelled:
        case timed_out:
        case skipped:
            return to == blocked || to == queued;  // re-run
    }
    return false;
}

constexpr bool may_become(AttemptState from, AttemptState to) {
    using enum AttemptState;
    switch (from) {
        case claimed:
            return to == running || to == ended;
        case running:
            return to == ended || to == parked;
        case ended:
        case parked:
            return false;
    }
    return false;
}

constexpr bool may_become(DeploymentState from, DeploymentState to) {
    using enum DeploymentState;
    switch (from) {
        case pending:
            return to == running || to == failed;
        case running:
            return to != pending && to != running;
        case unknown:
            return to == succeeded || to == failed || to == rolled_back || to == running;
        case succeeded:
        case failed:
        case rolled_back:
            return false;
    }
    return false;
}

static_assert(!may_become(AttemptState::ended, AttemptState::running));
static_assert(!may_become(JobState::blocked, JobState::running));
static_assert(!may_become(JobState::succeeded, JobState::running));
static_assert(!may_become(DeploymentState::succeeded, DeploymentState::running));
static_assert(may_become(DeploymentState::unknown, DeploymentState::rolled_back));

}  // namespace triphammer::model
