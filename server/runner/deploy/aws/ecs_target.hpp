#pragma once

#include "aws/ecs_tasks.hpp"
#include "aws/service_deployment.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "runner/deploy/aws/access.hpp"
#include "runner/deploy/aws/ecs_plan.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/target.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `ecs`: one service that is there already gets a new revision of its task definition.
///
///   rolling      update = RegisterTaskDefinition, UpdateService; ECS replaces task by task.
///   before       RegisterTaskDefinition, RunTask with the command; what follows takes this
///   revision. blue-green   create = RegisterTaskDefinition; start = UpdateService, with a pause of
///   ours after
///                the test traffic; switch = ContinueServiceDeployment. ECS itself moves the
///                traffic and ends the old tasks (docs/adr/0059).
///
/// A revision is known as ours by the labels of its container: server, deployment, and what ran
/// before. `observe` proves from the service's changes (ListServiceDeployments and the task
/// definitions of their revisions) whether one of ours was begun: also one that ECS has undone by
/// itself since, which would otherwise be begun again. It proves from the service what it is to
/// become now, and a change of anybody else's. It cannot prove who asked for a change, nor how much
/// traffic old tasks still get while they drain.
class EcsTarget final : public Target {
  public:
    /// `clock` and `random` outlive it.
    EcsTarget(
        AwsAccess access, EcsPlan plan, DeployNames names, const Clock& clock, Random& random
    );

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
    using Look = Task<Looked> (EcsTarget::*)();

    // ecs_prepare.cpp
    Task<Result<>> open_clients();
    Task<Result<>> prepare_all(model::DeploymentSpec spec);
    Task<Result<>> read_service(bool is_begun);
    Task<Result<>> read_definition(bool is_begun);
    Task<Result<>> adopt_ours();
    Result<> check_service(const nlohmann::json& service, bool is_begun) const;
    Result<> check_shift() const;
    Result<> check_container();
    void describe();
    void read_previous(const model::DeploymentSpec& spec);

    // ecs_target.cpp
    Task<Result<std::string>> register_ours();
    Task<Result<>> start_change(std::string definition);
    nlohmann::json input_for(const std::string& definition) const;
    Task<EffectOutcome> create();
    Task<EffectOutcome> start();
    Task<EffectOutcome> update();
    Task<EffectOutcome> restore();
    Task<Result<bool>> is_untouched(std::string primary);
    Task<EffectOutcome> wait_for_previous();
    Task<EffectOutcome> nothing_to_do();
    std::string ids() const;
    bool has_our_labels(const nlohmann::json& definition) const;

    // ecs_before.cpp
    nlohmann::json input_for_command(std::int64_t n) const;
    Task<EffectOutcome> run_before(std::int64_t n, execution::StopToken& stop);
    Task<Result<aws::CommandEnd>> wait_for_command(std::string task, execution::StopToken& stop);

    // ecs_native.cpp
    Task<Result<aws::Change>> find_our_change();
    Task<EffectOutcome> continue_ours();
    Task<EffectOutcome> go_back();
    Task<EffectOutcome> confirm_retired();
    Task<Result<>> put_configuration_back();
    Task<Looked> look_at_change();
    Task<Looked> look_at_pause();
    Task<Looked> look_at_end();

    // ecs_watch.cpp
    Task<GateOutcome> watch(Look look);
    Task<Looked> look_at_rollout();
    Task<Looked> look_at_live();
    Task<Looked> look_at_previous();
    Task<Looked> look_at(std::string definition, std::string digest);
    Task<Looked> look_at_targets(std::int64_t count);
    aws::Rollout our_rollout(const nlohmann::json& service, const std::string& definition) const;
    Task<std::string> why_stopped();

    // ecs_observe.cpp
    Task<Result<bool>> is_ours(std::string definition);
    const rollout::Effect* rollout_effect(const rollout::Effects& effects) const;
    Task<rollout::Observation> observe_nothing(rollout::Observation seen);
    Task<rollout::Observation> observe_begun();
    Task<rollout::Observation> observe_created();
    Task<rollout::Observation> observe_continued();
    Task<rollout::Observation> observe_restored();

    AwsAccess access_;
    EcsPlan plan_;
    DeployNames names_;
    const Clock& clock_;
    Random& random_;
    std::optional<aws::Client> ecs_;
    std::optional<aws::Client> elb_;
    Terms terms_;
    nlohmann::ordered_json base_;      // the definition that ours is made of
    std::vector<std::string> groups_;  // target groups of the service's load balancers
    nlohmann::json launch_;            // where and how the service's tasks run
    nlohmann::json configuration_;     // the service's own deploymentConfiguration, before ours
    std::int64_t count_ = 0;           // tasks that the service wants
    std::string cluster_;              // its ARN: region, account and name
    std::string current_;              // ARN of what the service was to run when it was read
    std::string previous_;             // ARN of the way back
    std::string previous_digest_;      // where the ledger knows it
    std::string definition_;           // ARN of ours, once it is registered
    std::string rollout_;              // ecs-svc/…; empty: not known to this attempt
    std::string change_;               // ARN of our service deployment, where known
    bool is_newest_ours_ = false;      // nobody has begun another change since
};

/// RunTask's members that say where and how, as the service has them.
nlohmann::json launch_of(const nlohmann::json& service);

/// On the container of a registered revision: the ARN that the service ran before.
inline constexpr const char* kPreviousLabel = "triphammer.previous";

/// Where blue/green waits for our word: the test listener leads to green.
inline constexpr const char* kPauseStage = "POST_TEST_TRAFFIC_SHIFT";

/// A deploymentConfiguration that moves traffic so, with a pause in that stage.
nlohmann::json add_pause(
    nlohmann::json configuration, const std::string& shift, std::int64_t bake_minutes
);

/// A service's own deploymentConfiguration with what it leaves out: a member that is not sent stays
/// as it is.
nlohmann::json say_in_full(nlohmann::json configuration);

/// A label of a task definition's container; empty where it has none.
std::string label_of(
    const nlohmann::json& definition, const std::string& container, const char* name
);

}  // namespace triphammer::runner
