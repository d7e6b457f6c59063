#pragma once

#include "base/clock.hpp"
#include "runner/deploy/exec/program.hpp"
#include "runner/deploy/target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `exec`: a program of the user's, started as a step is, once for each question.
///
/// Everything here is what the program says; nothing is looked at beside it. A step is done where
/// the program answers so in the words of contract.hpp and exits with 0; any other end of it proves
/// nothing. `observe` exists only where the program says at preflight that it `observes`; then it
/// proves what the program proves. Without it, an open effect of a lost runner is unknown. The
/// program itself is proven dead with its runner: its sandbox dies with it.
class ExecTarget : public Target {
  public:
    ExecTarget(JobSession& session, StepExecutor& place) : session_{session}, place_{place} {}

    /// What the program needs, then its own preflight.
    Task<Result<>> prepare(
        const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
    ) override;

    const Terms& terms() const override { return terms_; }

    ImageFailure explain(const Error& error) const override;

    void adopt(const rollout::Effects&) override {}

    void enter_step(int step) override { step_ = step; }

    Task<EffectOutcome> perform(
        rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
    ) override;
    bool is_observable(rollout::EffectKind kind) const override;
    Task<rollout::Observation> observe(rollout::EffectKind kind, std::int64_t n) override;
    Task<rollout::Observation> observe_all(const rollout::Effects& effects) override;
    Task<std::string> ids_of(rollout::EffectKind kind) override;

    /// Nothing: `deploy` answers when what it made is healthy.
    Task<GateOutcome> watch_candidate() override;
    Task<GateOutcome> watch_public() override;
    /// What the program has just read for watch_public.
    Task<Result<Live>> read_live() override;

  protected:
    /// Checked before everything else. Here: the source at the job's commit.
    virtual Task<Result<std::unique_ptr<Program>>> make_program();
    /// NAME=value: `env` of workflow and job, `env` and `secrets` of deploy.
    Result<std::vector<std::string>> read_environment() const;
    Task<Result<ExecAnswer>> ask(ExecAction action, std::int64_t n);
    Task<Result<ExecAnswer>> ask(ExecAction action, std::int64_t n, execution::StopToken& stop);
    /// What `deploy` came to.
    EffectOutcome take_deployed(const Result<ExecAnswer>& answer);

    JobSession& session_;
    StepExecutor& place_;
    Terms terms_;
    ExecRequest request_;
    bool observes_ = false;
    int step_ = 0;

  private:
    Result<> read_terms(const model::DeploymentSpec& spec);

    std::unique_ptr<Program> program_;
    ExecAnswer live_;
};

}  // namespace triphammer::runner
