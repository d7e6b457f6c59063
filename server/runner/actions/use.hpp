#pragma once
// One use of an action that runs programs: pre, main and post, which share variables and state.

#include "runner/actions/call.hpp"

#include <memory>
#include <string>

namespace triphammer::runner {

/// What the programs of one use share.
struct ActionUse {
    std::string name;    // the step's `uses`
    std::string action;  // GITHUB_ACTION
    Environment own;     // the step's variables over the job's
    Environment extra;
    protocol::Outputs states;
};

/// Where one program of a use runs. All outlive it.
struct ActionPlace {
    StepScope& scope;
    StepExecutor& executor;
    const StepPlace& place;
    const ActionUse& use;

    /// All variables of the program; `own` in the place of the use's.
    Environment environment(const StepProcess& process, const Environment& own) const;
};

/// How programs of an action are run.
class ActionRuntime {
  public:
    virtual ~ActionRuntime() = default;
    /// `program`: as the action's file names it.
    virtual Task<StepResult> run(
        ActionPlace at,
        std::string program,
        execution::ProcessLimits limits,
        execution::StopToken& stop
    ) = 0;
};

ActionUse make_use(const ActionCall& call, const ActionInputs& inputs);

/// An early call runs `pre`; else it runs the main program, after a `pre` that did not run early
/// (of an action that a local one uses); a post program is left with the job. GitHub runs no `pre`
/// of local actions.
Task<StepResult> run_programs(
    const ActionCall& call,
    const FoundAction& found,
    ActionUse use,
    std::shared_ptr<ActionRuntime> runtime,
    execution::StopToken& stop
);

}  // namespace triphammer::runner
