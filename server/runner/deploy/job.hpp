#pragma once
// `deploy: { to: container }`: rollout says what comes next, the driver does it, the ledger knows
// it before and after. Every move is a step of the run page.

#include "base/clock.hpp"
#include "runner/deploy/state.hpp"
#include "runner/deploy/target.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// What one move came to, for the page's step and the job's cause.
struct StepOutcome {
    bool ok = true;
    std::string reason;
    std::string excerpt;
    std::optional<int> exit_status;
    model::Cause cause = model::Cause::none;
};

class DeployJob {
  public:
    explicit DeployJob(JobSession& session) : session_{session} {}

    Task<JobOutcome> run();

  private:
    Task<Result<>> prepare();
    Task<Result<StepOutcome>> preflight();
    Task<Result<>> recover();
    Task<Result<rollout::Recovery>> decide_recovery(const rollout::Effect* open);
    Task<Result<>> resume_open(rollout::Effect open, rollout::Recovery recovery);
    Task<Result<>> advance();

    Task<Result<StepOutcome>> carry_out(rollout::Move move);
    Task<Result<StepOutcome>> effect(rollout::EffectKind kind, std::int64_t n);
    Task<EffectOutcome> perform(rollout::EffectKind kind, std::int64_t n);
    Task<Result<>> report(std::int64_t n, const EffectOutcome& outcome);
    Task<StepOutcome> gate();
    Task<StepOutcome> verify();
    Task<Result<>> in_step(std::string name, Task<Result<StepOutcome>> work);
    Task<Result<>> end_step(int number, const StepOutcome& outcome);

    protocol::Intent intent_for(rollout::EffectKind kind, std::int64_t n) const;
    JobOutcome finish(const rollout::Move& move) const;
    JobOutcome give_up(const Error& error) const;

    JobSession& session_;
    SystemClock clock_;
    std::unique_ptr<docker::Engine> engine_;
    std::optional<ContainerTarget> target_;
    rollout::Situation situation_;
    std::optional<rollout::Move> last_;
    std::vector<std::string> probes_;  // not yet in the ledger
    StepOutcome trouble_;              // the first one
    std::string last_reason_;          // of the last one
    std::optional<std::string> undecided_;
    Live live_;
    int step_ = 0;
};

Task<JobOutcome> run_deploy_job(JobSession& session);

}  // namespace triphammer::runner
