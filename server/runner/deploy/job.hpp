#pragma once
// A job of kind `deploy`: rollout says what comes next, the driver (target.hpp) does it, the ledger
// knows it before and after. Every move is a step of the run page.

#include "base/clock.hpp"
#include "runner/deploy/state.hpp"
#include "runner/deploy/target.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
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
    DeployJob(JobSession& session, TargetMaker make_target, StepExecutor* place)
        : session_{session}, make_target_{std::move(make_target)}, place_{place} {}

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
    Task<> look_once_more();
    std::string describe_rest() const;
    JobOutcome finish(const rollout::Move& move) const;
    JobOutcome give_up(const Error& error) const;

    JobSession& session_;
    TargetMaker make_target_;
    StepExecutor* place_;
    SystemClock clock_;
    std::unique_ptr<Target> target_;
    rollout::Situation situation_;
    std::optional<rollout::Move> last_;
    std::vector<std::string> probes_;  // not yet in the ledger
    StepOutcome trouble_;              // the first one
    std::string last_reason_;          // of the last one
    std::optional<std::string> undecided_;
    Live live_;
    int step_ = 0;
};

/// `place`: where steps would run; null where the driver runs none.
Task<JobOutcome> run_deploy_job(
    JobSession& session, TargetMaker make_target, StepExecutor* place = nullptr
);

}  // namespace triphammer::runner
