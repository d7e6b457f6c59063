#pragma once

#include "base/clock.hpp"
#include "runner/deploy/target.hpp"
#include "runner/terraform/progress.hpp"
#include "runner/terraform/work.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `terraform`: a job with `command: apply` takes exactly the plan that was approved.
///
/// Preflight plans again and compares: another hash than that of a plan job which this one needs
/// ends it, with nothing touched. `update` applies the saved plans, in the order of the folders.
/// Success needs exit 0, the state that the apply left (lineage and serial) still the newest, and a
/// plan after it that wants nothing. There is no way back: what was applied in part is told
/// resource by resource, and the next plan wants the rest.
///
/// `observe` plans: where nothing is left to do the apply was done, whoever did it; anything else
/// proves nothing, because an apply that was cut off may have made what no state knows. So an apply
/// is never begun a second time.
class TerraformTarget final : public Target {
  public:
    TerraformTarget(Session& session, StepExecutor& place)
        : session_{session}, work_{session, place} {}

    void enter_step(int step) override { step_ = step; }

    std::string describe(const rollout::Move& move) const override;
    Task<Result<>> prepare(
        const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
    ) override;

    const Terms& terms() const override { return terms_; }

    ImageFailure explain(const Error& error) const override;

    void adopt(const rollout::Effects&) override {}

    Task<EffectOutcome> perform(
        rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
    ) override;
    Task<rollout::Observation> observe(rollout::EffectKind kind, std::int64_t n) override;
    Task<rollout::Observation> observe_all(const rollout::Effects& effects) override;
    Task<std::string> ids_of(rollout::EffectKind kind) override;

    /// The state is as the apply left it.
    Task<GateOutcome> watch_candidate() override;
    /// A plan after the apply wants nothing.
    Task<GateOutcome> watch_public() override;
    Task<Result<Live>> read_live() override;

  private:
    Task<Result<>> plan_all();
    Result<> check_approved() const;
    void set_terms(const model::DeploymentSpec& spec);
    Task<EffectOutcome> apply(const FolderPlan& plan, execution::StopToken& stop);
    Task<Result<std::string>> read_states();

    Session& session_;
    TerraformWork work_;
    Terms terms_;
    std::vector<FolderPlan> plans_;
    std::string object_;  // the states that the apply left
    int step_ = 0;
};

TargetMaker make_terraform_target(Session& session);

}  // namespace triphammer::runner
