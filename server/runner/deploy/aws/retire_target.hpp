#pragma once

#include "aws/ecs.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "runner/deploy/aws/access.hpp"
#include "runner/deploy/aws/ecs_plan.hpp"
#include "runner/deploy/target.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// `deploy: { to: ecs, retire: SERVICE }`: the tasks of a service that gets no traffic any more are
/// ended. One effect, `update`: UpdateService with desiredCount 0. The count that was read is
/// written down with its intent: it is the way back.
///
/// No traffic is proven from the load balancers: of all that know one of the service's target
/// groups, no listener and no rule leads to it with a weight. `observe` proves from the service how
/// many tasks it wants: none (done), as many as before (not begun), another number (foreign). It
/// cannot prove who wanted none, nor that nothing scales the service up again later.
class RetireTarget final : public Target {
  public:
    /// `clock` and `random` outlive it.
    RetireTarget(AwsAccess access, RetirePlan plan, const Clock& clock, Random& random);

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
    using Progress = aws::Judgement::Progress;
    using Looked = Result<aws::Judgement>;

    Task<Result<>> prepare_all(model::DeploymentSpec spec);
    Result<> check_service(const nlohmann::json& service) const;
    Task<Result<>> refuse_traffic();
    Task<Result<nlohmann::json>> read();
    Task<Result<>> scale(std::int64_t count);
    Task<EffectOutcome> update();
    Task<EffectOutcome> restore();
    Task<GateOutcome> watch(std::int64_t count);
    Task<Looked> look(std::int64_t count);
    std::string ids() const;
    std::string digest_of(std::int64_t count) const;

    AwsAccess access_;
    RetirePlan plan_;
    const Clock& clock_;
    Random& random_;
    std::optional<aws::Client> ecs_;
    std::optional<aws::Client> elb_;
    Terms terms_;
    std::string arn_;                  // of the service
    std::vector<std::string> groups_;  // ARNs of its target groups
    std::int64_t count_ = 0;           // of tasks, before us
    bool may_be_sent_ = false;         // something of ours may have reached ECS
};

}  // namespace triphammer::runner
