#include "runner/steps/result.hpp"

namespace triphammer::runner {

using model::Cause;
using model::StepState;

namespace {

Cause cause_of(const Error& error) {
    if (error.code == Code::disk_full) return Cause::disk_full;
    const bool is_mistake = error.code == Code::invalid || error.code == Code::refused;
    return is_mistake ? Cause::invalid : Cause::infrastructure;
}

}  // namespace

StepResult failed_step(Cause cause, std::string reason) {
    StepResult out;
    out.state = StepState::failed;
    out.cause = cause;
    out.reason = std::move(reason);
    return out;
}

StepResult failed_step(const Error& error) {
    auto out = failed_step(cause_of(error), error.message);
    if (error.code != Code::cancelled) return out;
    out.state = StepState::cancelled;
    out.cause = Cause::none;
    return out;
}

const char* outcome_name(StepState state) {
    switch (state) {
        case StepState::succeeded:
            return "success";
        case StepState::cancelled:
            return "cancelled";
        case StepState::skipped:
            return "skipped";
        default:
            return "failure";
    }
}

}  // namespace triphammer::runner
