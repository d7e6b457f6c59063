#pragma once
// The turn of one step in its scope: its name, its condition, its work, what it means for the rest.

#include "runner/step_run.hpp"
#include "runner/steps/asked_hashes.hpp"

namespace triphammer::runner {

class StepTurn {
  public:
    /// Evaluates the step's `env`. All outlive it; `place` is copied.
    StepTurn(StepScope& scope, StepExecutor& executor, const model::Step& step, StepPlace place);
    StepTurn(const StepTurn&) = delete;
    StepTurn& operator=(const StepTurn&) = delete;
    ~StepTurn() = default;

    /// First: hashFiles() may be about files that are not on this machine.
    Task<> prepare();

    /// For people.
    std::string name() const;

    /// To its end; the scope knows of it then.
    Task<StepResult> run();

    /// What its action does before the job's first step; a failure that counts.
    Task<StepResult> run_early();

    /// Whether this failure does not count (continue-on-error).
    bool forgives(const StepResult& result) const;

  private:
    Task<StepResult> decide_and_run();
    StepResult skipped() const;

    StepScope& scope_;
    StepExecutor& executor_;
    const model::Step& step_;
    StepPlace place_;
    AskedHashes hashes_;
    StepRun work_;
    Result<workflow::expression::Contexts> contexts_;
};

}  // namespace triphammer::runner
