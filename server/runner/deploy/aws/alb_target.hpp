#pragma once

#include "aws/ecs.hpp"
#include "aws/routing.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "runner/deploy/aws/access.hpp"
#include "runner/deploy/aws/ecs_plan.hpp"
#include "runner/deploy/target.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `alb`: a listener, or a rule of one, leads to other target groups, or with other
/// weights. One effect, `update`: ModifyListener or ModifyRule with the actions that were read and
/// the weights that were asked for. What was read is written down with its intent: it is the way
/// back.
///
/// `observe` proves where the listener leads now: as asked (done), as it was found (not begun), or
/// otherwise (foreign). It cannot prove who led it there, and the load balancer has no version to
/// write under: a change of somebody else between our last reading and our writing, a moment
/// later, is overwritten unseen. One before it is refused, one after it is red.
class AlbTarget final : public Target {
  public:
    /// `clock` and `random` outlive it.
    AlbTarget(AwsAccess access, AlbPlan plan, const Clock& clock, Random& random);

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
    using Look = Task<Looked> (AlbTarget::*)();

    Task<Result<>> prepare_all(model::DeploymentSpec spec);
    Task<Result<>> read_groups();
    Task<Result<>> read_routing();
    Task<Result<>> read_doorway();
    Result<> check_routing(const aws::Routing& routing) const;
    void describe();

    Task<EffectOutcome> update();
    Task<EffectOutcome> restore();
    Task<Result<std::string>> read();  // the actions, canonical
    Task<GateOutcome> watch(Look look, AwsPatience patience);
    Task<Looked> look_at_weights();
    Task<Looked> look_at_receivers();
    Task<Looked> look_through();
    Task<Looked> look_back();
    std::string ids() const;
    std::string digest_of(const std::string& actions) const;

    AwsAccess access_;
    AlbPlan plan_;
    const Clock& clock_;
    Random& random_;
    std::optional<aws::Client> elb_;
    Terms terms_;
    aws::Weights weights_;            // by ARN
    nlohmann::json found_ = nullptr;  // the actions before us
    nlohmann::json wanted_;
    std::string host_;  // that a rule is for; empty: any
    std::optional<aws::Doorway> doorway_;
    bool may_be_sent_ = false;  // something of ours may have reached the load balancer
};

/// "blue 0, green 100"
std::string words_of(const aws::Weights& weights);

}  // namespace triphammer::runner
