#pragma once
// The work of one step: its script or its action.

#include "runner/steps/process.hpp"

namespace triphammer::runner {

class StepRun {
  public:
    /// All outlive it.
    StepRun(
        StepScope& scope, StepExecutor& executor, const model::Step& step, const StepPlace& place
    );

    /// Who answers hashFiles() in place of the session; outlives it.
    void set_outside(workflow::expression::Outside& outside) { outside_ = &outside; }

    /// Evaluates the step's own `env`; first. What its other expressions see.
    Result<workflow::expression::Contexts> contexts();

    /// Runs it to its end; `stop` ends it early.
    Task<StepResult> run(execution::StopToken& stop);

    /// What its action does before the job's first step.
    Task<StepResult> run_early(execution::StopToken& stop);

  private:
    Task<StepResult> run_script(execution::StopToken& stop);
    Task<StepResult> run_action(execution::StopToken& stop, bool is_early = false);
    workflow::expression::Value github(const workflow::expression::Contexts& contexts) const;
    Result<StepCommand> make_command();
    std::string start_hint(const StepCommand& command) const;
    Result<execution::ProcessLimits> limits() const;
    Result<std::string> text_of(const model::Template& value) const;

    StepScope& scope_;
    StepExecutor& executor_;
    const model::Step& step_;
    const StepPlace& place_;
    workflow::expression::Outside* outside_ = nullptr;
    std::string action_;       // github.action
    Environment environment_;  // the scope's and the step's own
    workflow::expression::Contexts contexts_;
};

}  // namespace triphammer::runner
