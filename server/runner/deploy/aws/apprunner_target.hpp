#pragma once

#include "aws/apprunner.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "runner/deploy/aws/access.hpp"
#include "runner/deploy/aws/ecs_plan.hpp"
#include "runner/deploy/target.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

/// The driver `apprunner`: a service that is there already gets another image, by digest. App
/// Runner starts it, checks its health and moves the traffic; a failed operation it undoes itself.
///
/// `observe` proves which image the service is to run, and that the newest operation is at its end.
/// It cannot prove who began an operation: App Runner keeps no marks of ours on it. An image by
/// digest that is there is taken for ours, because nothing else would have been done.
class AppRunnerTarget final : public Target {
  public:
    /// `clock` and `random` outlive it.
    AppRunnerTarget(AwsAccess access, AppRunnerPlan plan, const Clock& clock, Random& random);

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

    Task<GateOutcome> watch_candidate() override;
    Task<GateOutcome> watch_public() override;
    Task<Result<Live>> read_live() override;

  private:
    using Looked = Result<aws::Judgement>;

    Task<Result<>> prepare_all(model::DeploymentSpec spec);
    void read_ledger(const model::DeploymentSpec& spec);
    Task<Result<aws::AppService>> read();
    Task<EffectOutcome> update(std::string image);
    Task<EffectOutcome> restore();
    Task<rollout::Observation> observe_image(std::string wanted, std::string before);
    Task<Looked> look(std::string image);
    Task<GateOutcome> watch(std::string image);
    std::string ids() const;

    AwsAccess access_;
    AppRunnerPlan plan_;
    const Clock& clock_;
    Random& random_;
    std::optional<aws::Client> client_;
    Terms terms_;
    std::string arn_;        // of the service
    std::string image_;      // by digest
    std::string found_;      // what the service ran when it was read
    std::string previous_;   // the image of the way back
    std::string operation_;  // of the last update; empty: not known to this attempt
};

}  // namespace triphammer::runner
