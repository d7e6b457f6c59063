#pragma once
// What one step has come to.

#include "model/states.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Before continue-on-error.
struct StepResult {
    model::StepState state = model::StepState::succeeded;
    model::Cause cause = model::Cause::none;
    std::optional<int> exit_status;
    std::string reason;
    protocol::Outputs outputs;
    protocol::Outputs states;  // GITHUB_STATE: for the same action's later processes
    std::vector<protocol::Annotation> annotations;

    bool is_failure() const {
        return state == model::StepState::failed || state == model::StepState::timed_out;
    }
};

StepResult failed_step(model::Cause cause, std::string reason);
/// The cause is the error's; Code::cancelled makes it a cancelled step.
StepResult failed_step(const Error& error);

/// How a step stands in the `steps` context: success | failure | cancelled | skipped.
const char* outcome_name(model::StepState state);

}  // namespace triphammer::runner
