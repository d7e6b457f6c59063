#pragma once

#include "base/clock.hpp"
#include "docker/swarm.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/deploy/target.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `swarm`: one replicated service, through a manager of the swarm. The swarm replaces
/// its tasks one by one; this says to what, and looks until it has happened. The swarm's own way
/// back is off (an update that goes wrong is paused): what it did by itself would stand in no
/// ledger. Where somebody else uses it, that is seen and is no success.
///
/// `observe` proves for `update` that the service's specification is the one of this very effect
/// (deployment and number are in its labels; image and replicas are ours; the whole is as it was
/// recorded, once it was), or that it is still the ledger's previous one. That the tasks follow is
/// no effect: the gate reads it again in every attempt. It cannot prove that the specification was
/// never another one in between, and of containers on other nodes it knows what the swarm says of
/// them. A command `before` cannot be observed.
class SwarmTarget final : public Target {
  public:
    SwarmTarget(
        std::unique_ptr<docker::Engine> engine,
        docker::Swarm swarm,
        DeployPlan plan,
        DeployNames names,
        const Clock& clock
    );

    /// The engine is a manager, the digest as the registry has it, a health check, the networks,
    /// what the service is now and that it is ours.
    Task<Result<>> prepare(
        const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
    ) override;

    const Terms& terms() const override { return terms_; }

    ImageFailure explain(const Error& error) const override;
    void adopt(const rollout::Effects& effects) override;

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
    /// What a service that is found under the name is to this deployment.
    enum class Owner {
        us,        // the specification of this deployment's update, unchanged since
        previous,  // what it was before this deployment
        somebody,  // neither
    };

    /// What one look at the tasks has shown.
    struct Look {
        bool is_good = false;
        bool is_over = false;  // it cannot become good any more
        std::string finding;
        std::string container;  // one of the wanted, on this node
    };

    /// Which tasks are wanted.
    struct Wanted {
        std::string deployment;
        std::string image;
        std::uint64_t replicas = 0;
        std::string spec;         // its hash; empty: not known to this attempt
        bool is_updated = false;  // the swarm has to say that it has completed the update
    };

    // prepare.cpp
    Task<Result<>> check_manager();
    Task<Result<>> find_image(StepLog& log);
    Task<Result<>> check_networks();
    Task<Result<>> find_service(const model::DeploymentSpec& spec);
    Result<> take_previous(const docker::ServiceInfo& service);
    void describe(const model::DeploymentSpec& spec);

    // target.cpp
    Task<EffectOutcome> update(std::int64_t n);
    Task<EffectOutcome> create(std::int64_t n);
    Task<EffectOutcome> change(docker::ServiceInfo service, std::string spec, Owner from, Owner to);
    Task<EffectOutcome> restore();
    Task<EffectOutcome> wait_for_previous(EffectOutcome outcome);
    Task<EffectOutcome> retire();
    Task<Result<>> wait_until_gone(std::string deployment);
    Task<std::string> tail_of_failed();
    Owner owner_of(const docker::ServiceInfo& service) const;
    bool is_ours(const docker::Labels& labels) const;
    bool is_unchanged(const docker::ServiceInfo& service) const;
    EffectOutcome keep_ours(const docker::ServiceInfo& service);
    EffectOutcome made(const docker::ServiceInfo& service) const;

    // watch.cpp
    Task<GateOutcome> watch(Wanted wanted, ProbeSpec rules, ProbeSpec probe);
    Task<Look> look_at(Wanted wanted);
    Look judge(
        const docker::ServiceInfo& service,
        const std::vector<docker::TaskInfo>& tasks,
        const Wanted& wanted
    ) const;
    Task<std::string> probe(ProbeSpec spec, std::string container);
    Task<Result<std::string>> read_digest(std::vector<docker::TaskInfo> tasks);
    Wanted wanted_now() const;

    std::unique_ptr<docker::Engine> connection_;
    docker::Engine& engine_;
    docker::Swarm swarm_;
    DeployPlan plan_;
    DeployNames names_;
    const Clock& clock_;
    Terms terms_;
    std::string node_;
    std::string previous_spec_;  // empty: the service was not there
    std::string previous_id_;    // the ledger's: the deployment that serves
    std::string previous_digest_;
    std::int64_t update_ = 0;  // the effect's number
    std::string our_spec_;     // hash of ours as the swarm shows it; empty: not seen yet
    bool was_ours_ = false;    // ours is or was there, or may have been
};

}  // namespace triphammer::runner
