#pragma once
// One process of a step: its variables, its files, its output, what it asked for.

#include "execution/commands.hpp"
#include "runner/session/step_executor.hpp"
#include "runner/steps/scope.hpp"

namespace triphammer::runner {

/// What a step is that the session's end has ended.
StepResult stopped_step(const Session& session);

/// `path` first on the PATH of the steps that follow.
void put_on_path(StepScope& scope, const StepExecutor& executor, const std::string& path);

class StepProcess {
  public:
    /// All outlive it.
    StepProcess(StepScope& scope, StepExecutor& executor, const StepPlace& place)
        : scope_{scope}, executor_{executor}, place_{place} {}

    /// All variables, bottom to top: the place, CI, `own` (scope's and step's); what is GitHub's
    /// name stays what it is. `action`: GITHUB_ACTION.
    Environment environment(const Environment& own, const std::string& action) const;
    /// Runs it to its end; `stop` ends it early. The step's files exist.
    Task<StepResult> run(
        StepCommand command, execution::ProcessLimits limits, execution::StopToken& stop
    );

  private:
    StepResult result_of(
        const execution::ProcessEnd& end,
        const execution::ProcessLimits& limits,
        const execution::StopToken& stop
    ) const;
    Task<> take_summary(execution::StepRequests& asked);
    Task<> take_requests(const execution::StepRequests& asked);
    void set_variable(const std::string& name, const std::string& value, std::string& remarks);

    StepScope& scope_;
    StepExecutor& executor_;
    const StepPlace& place_;
    StepResult result_;
};

}  // namespace triphammer::runner
