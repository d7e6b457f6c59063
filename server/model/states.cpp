#include "model/states.hpp"

#include <utility>

namespace triphammer::model {

namespace {

template <class State>
struct Names;

template <class State>
using Table = std::pair<State, std::string_view>;

template <>
struct Names<RunState> {
    static constexpr std::array<Table<RunState>, 6> kTable{{
        {RunState::queued, "queued"},
        {RunState::running, "running"},
        {RunState::waiting, "waiting"},
        {RunState::succeeded, "succeeded"},
        {RunState::failed, "failed"},
        {RunState::cancelled, "cancelled"},
    }};
};

template <>
struct Names<JobState> {
    static constexpr std::array<Table<JobState>, 9> kTable{{
        {JobState::blocked, "blocked"},
        {JobState::queued, "queued"},
        {JobState::running, "running"},
        {JobState::waiting, "waiting"},
        {JobState::succeeded, "succeeded"},
        {JobState::failed, "failed"},
        {JobState::cancelled, "cancelled"},
        {JobState::timed_out, "timed_out"},
        {JobState::skipped, "skipped"},
    }};
};

template <>
struct Names<AttemptState> {
    static constexpr std::array<Table<AttemptState>, 4> kTable{{
        {AttemptState::claimed, "claimed"},
        {AttemptState::running, "running"},
        {AttemptState::ended, "ended"},
        {AttemptState::parked, "parked"},
    }};
};

template <>
struct Names<StepState> {
    static constexpr std::array<Table<StepState>, 7> kTable{{
        {StepState::queued, "queued"},
        {StepState::running, "running"},
        {StepState::succeeded, "succeeded"},
        {StepState::failed, "failed"},
        {StepState::cancelled, "cancelled"},
        {StepState::timed_out, "timed_out"},
        {StepState::skipped, "skipped"},
    }};
};

template <>
struct Names<Cause> {
    static constexpr std::array<Table<Cause>, 10> kTable{{
        {Cause::none, ""},
        {Cause::exit, "exit"},
        {Cause::signal, "signal"},
        {Cause::timeout, "timeout"},
        {Cause::oom, "oom"},
        {Cause::disk_full, "disk_full"},
        {Cause::lost_runner, "lost_runner"},
        {Cause::infrastructure, "infrastructure"},
        {Cause::invalid, "invalid"},
        {Cause::undecided, "undecided"},
    }};
};

template <>
struct Names<DeliveryOutcome> {
    static constexpr std::array<Table<DeliveryOutcome>, 6> kTable{{
        {DeliveryOutcome::pending, "pending"},
        {DeliveryOutcome::started, "started"},
        {DeliveryOutcome::ignored, "ignored"},
        {DeliveryOutcome::duplicate, "duplicate"},
        {DeliveryOutcome::refused, "refused"},
        {DeliveryOutcome::failed, "failed"},
    }};
};

template <>
struct Names<DeploymentState> {
    static constexpr std::array<Table<DeploymentState>, 6> kTable{{
        {DeploymentState::pending, "pending"},
        {DeploymentState::running, "running"},
        {DeploymentState::succeeded, "succeeded"},
        {DeploymentState::failed, "failed"},
        {DeploymentState::rolled_back, "rolled_back"},
        {DeploymentState::unknown, "unknown"},
    }};
};

template <>
struct Names<DeploymentPhase> {
    static constexpr std::array<Table<DeploymentPhase>, 11> kTable{{
        {DeploymentPhase::waiting_lock, "waiting-lock"},
        {DeploymentPhase::waiting_approval, "waiting-approval"},
        {DeploymentPhase::preflight, "preflight"},
        {DeploymentPhase::candidate, "candidate"},
        {DeploymentPhase::gate, "gate"},
        {DeploymentPhase::switch_traffic, "switch"},
        {DeploymentPhase::verify, "verify"},
        {DeploymentPhase::soak, "soak"},
        {DeploymentPhase::done, "done"},
        {DeploymentPhase::rolling_back, "rolling-back"},
        {DeploymentPhase::frozen, "frozen"},
    }};
};

template <>
struct Names<JobKind> {
    static constexpr std::array<Table<JobKind>, 5> kTable{{
        {JobKind::steps, "steps"},
        {JobKind::image, "image"},
        {JobKind::deploy, "deploy"},
        {JobKind::terraform, "terraform"},
        {JobKind::approve, "approve"},
    }};
};

template <class State>
std::string_view find_name(State state) {
    for (const auto& [value, name] : Names<State>::kTable) {
        if (value == state) return name;
    }
    return {};
}

}  // namespace

std::string_view name_of(RunState state) {
    return find_name(state);
}

std::string_view name_of(JobState state) {
    return find_name(state);
}

std::string_view name_of(AttemptState state) {
    return find_name(state);
}

std::string_view name_of(StepState state) {
    return find_name(state);
}

std::string_view name_of(Cause cause) {
    return find_name(cause);
}

std::string_view name_of(DeliveryOutcome outcome) {
    return find_name(outcome);
}

std::string_view name_of(DeploymentState state) {
    return find_name(state);
}

std::string_view name_of(DeploymentPhase phase) {
    return find_name(phase);
}

std::string_view name_of(JobKind kind) {
    return find_name(kind);
}

template <class State>
std::optional<State> parse_state(std::string_view name) {
    for (const auto& [value, text] : Names<State>::kTable) {
        if (text == name) return value;
    }
    return {};
}

template std::optional<RunState> parse_state(std::string_view);
template std::optional<JobState> parse_state(std::string_view);
template std::optional<AttemptState> parse_state(std::string_view);
template std::optional<StepState> parse_state(std::string_view);
template std::optional<Cause> parse_state(std::string_view);
template std::optional<DeliveryOutcome> parse_state(std::string_view);
template std::optional<DeploymentState> parse_state(std::string_view);
template std::optional<DeploymentPhase> parse_state(std::string_view);
template std::optional<JobKind> parse_state(std::string_view);

}  // namespace triphammer::model
