#pragma once
// One step: its expressions, its files, its process, what it asked for.

#include "execution/commands.hpp"
#include "runner/session.hpp"
#include "runner/step_executor.hpp"

#include <chrono>
#include <optional>

namespace triphammer::runner {

/// What one step has come to, before continue-on-error.
struct StepResult {
    model::StepState state = model::StepState::succeeded;
    model::Cause cause = model::Cause::none;
    std::optional<int> exit_status;
    std::string reason;
    protocol::Outputs outputs;
    std::vector<protocol::Annotation> annotations;
};

StepResult failed_step(model::Cause cause, std::string reason);

class StepRun {
  public:
    StepRun(Session& session, StepExecutor& executor, const model::Step& step, int number);

    /// Evaluates the step's own `env`; first. What its other expressions see.
    Result<workflow::expression::Contexts> contexts();

    /// Runs it to its end; `stop` ends it early.
    Task<StepResult> run(execution::StopToken& stop);

  private:
    Task<StepResult> run_script(execution::StopToken& stop);
    Task<StepResult> run_action();
    Task<StepResult> execute(
        StepCommand command, execution::ProcessLimits limits, execution::StopToken& stop
    );
    Result<StepCommand> make_command();
    Result<execution::ProcessLimits> limits() const;
    Result<std::string> text_of(const model::Template& value) const;
    const model::Template& first_of(
        const model::Template& own, model::Template model::Defaults::*rest
    ) const;
    Environment full_environment() const;
    StepResult result_of(
        const execution::ProcessEnd& end,
        const execution::ProcessLimits& limits,
        const execution::StopToken& stop
    ) const;
    Task<> take_requests(const execution::StepRequests& asked);
    void set_variable(const std::string& name, const std::string& value, std::string& remarks);
    void put_on_path(const std::string& path);

    Session& session_;
    StepExecutor& executor_;
    const model::Step& step_;
    int number_;
    Environment environment_;  // workflow's, job's, GITHUB_ENV's and the step's own
    workflow::expression::Contexts contexts_;
    StepResult result_;
};

}  // namespace triphammer::runner
