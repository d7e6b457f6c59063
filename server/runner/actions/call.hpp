#pragma once
// A step that uses an action, at its turn; and the action that was found for it.

#include "runner/steps/process.hpp"
#include "workflow/action/action.hpp"

#include <string>

namespace triphammer::runner {

/// Everything outlives the call.
struct ActionCall {
    StepScope& scope;
    StepExecutor& executor;
    const model::Step& step;
    const StepPlace& place;
    const Environment& environment;  // the scope's, and the step's own over it
    const workflow::expression::Contexts& contexts;
    execution::ProcessLimits limits;
    bool is_early = false;  // only what the action does before the job's first step
};

/// Values by name, in any case; in the order of the action's file.
using ActionInputs = workflow::expression::Object;

struct FoundAction {
    workflow::Action action;
    std::string path;        // its folder, as the steps see it
    std::string repository;  // OWNER/REPO of a remote one
    std::string ref;
};

/// What the step is called that ends what this one has begun.
std::string post_name(const ActionCall& call);

/// `name` of `inputs` as text; empty where there is none.
std::string input_text(const ActionInputs& inputs, std::string_view name);

/// The step's `with`, evaluated. Code::invalid names the input.
Result<ActionInputs> evaluate_with(const ActionCall& call);

/// The same with the action's defaults; `remarks` gets lines for the log: inputs that the action
/// does not know, inputs that are out of use.
Result<ActionInputs> evaluate_inputs(
    const ActionCall& call, const workflow::Action& action, std::string& remarks
);

/// INPUT_NAME for each.
void put_inputs(const ActionInputs& inputs, Environment& environment);

}  // namespace triphammer::runner
