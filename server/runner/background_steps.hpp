#pragma once
// Steps that run beside the others: `background`, `wait`, `wait-all`, `cancel` and the groups of
// `parallel`. What such a step changes is seen from the first wait for it on.
// Source: GitHub's page "Workflow syntax", jobs.<job_id>.steps[*].background and what follows.

#include "base/task_group.hpp"
#include "runner/session/wakeup.hpp"
#include "runner/step_turn.hpp"
#include "runner/steps/list.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::runner {

class BackgroundSteps {
  public:
    /// At once; further ones wait.
    static constexpr int kMost = 10;

    /// All outlive it; `finish` was awaited before its end.
    BackgroundSteps(StepScope& scope, StepExecutor& executor, Executor loop);
    ~BackgroundSteps();
    BackgroundSteps(const BackgroundSteps&) = delete;
    BackgroundSteps& operator=(const BackgroundSteps&) = delete;

    /// Returns when it is on its way.
    void start(const ListedStep& listed);
    /// Waits for these (their ids), or for all where none is named; what of them failed and counts.
    /// An error: the journal takes no more.
    Task<Result<StepResult>> wait_for(std::vector<std::string> ids);
    /// The same for the steps of a group.
    Task<Result<StepResult>> wait_for_group(const std::vector<model::Step>& group);
    /// TERM, grace, KILL; returns when it has ended. It does not count as a failure.
    Task<Result<StepResult>> cancel(std::string id);
    /// The implicit wait for all at the end of the steps.
    Task<Result<StepResult>> finish();

  private:
    struct Beside;
    using Chosen = std::vector<Beside*>;

    Task<> run(Beside& one);
    Task<> work(Beside& one);
    Task<> pass_stops_on(execution::StopToken& from);
    Task<Result<StepResult>> join(Chosen chosen);
    Chosen all_open();

    StepScope& scope_;
    StepExecutor& executor_;
    Executor loop_;
    Wakeup news_;
    std::vector<std::unique_ptr<Beside>> steps_;
    int running_ = 0;
    std::optional<Error> broken_;  // the journal takes no more
    TaskGroup tasks_;
    TaskGroup stops_;
};

}  // namespace triphammer::runner
