#pragma once

#include "base/clock.hpp"
#include "docker/engine.hpp"
#include "runner/deploy/container/traffic.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/deploy/probe.hpp"
#include "runner/deploy/target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::runner {

/// What candidate() says when none of ours is there, though a stranger's may have its name.
bool is_absent(const Error& error);

/// A container of this service, as far as traffic is concerned.
struct Serving {
    std::string id;
    std::string name;
    bool running = false;

    bool empty() const { return id.empty(); }
};

/// The driver `container`: one engine, one service, blue-green or recreate.
///
/// `observe` proves for a container that it exists, runs or is gone: the effect's number is in its
/// name, which an engine gives once, and its labels say whose it is. Of the switch it proves where
/// new connections go: nginx answers that itself on every port; of kamal-proxy its own list of
/// services says so; of an alias the engine's book of who has the name in the network, but not what
/// a client's resolver remembers. `not_begun` also stands for a move by alias that was done in part
/// (both have the name): the rest is what repeating does. It cannot prove that the command `before`
/// ran, and nothing about requests that are under way.
class ContainerTarget final : public Target {
  public:
    /// `way`: what leads to an engine elsewhere, kept as long as this; null: nothing is needed.
    /// `address`: the engine's, as it was connected to.
    ContainerTarget(
        std::shared_ptr<void> way,
        std::string address,
        std::unique_ptr<docker::Engine> engine,
        DeployPlan plan,
        DeployNames names,
        const Clock& clock
    );

    /// The digest as the registry has it, the image on the engine, the service's network, what
    /// served before.
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
    /// The engine starts it again after a crash or a reboot.
    Task<Result<>> keep_running() override;

  private:
    // prepare.cpp
    void describe();
    Task<Result<>> prepare_traffic(const std::string& configured, docker::ProgressSink& log);
    Result<std::unique_ptr<Traffic>> make_traffic();
    Task<Result<>> find_image(docker::ProgressSink& log);
    Task<Result<>> find_local_image(std::string name);
    Task<Result<>> find_switch_image(docker::ProgressSink& log);
    Result<> check_reach() const;
    Task<Result<>> ensure_network();
    Task<Result<>> find_previous(const model::DeploymentSpec& spec);

    // target.cpp
    /// The candidate's container, known from the ledger or from the effect that made it.
    void adopt_candidate(std::int64_t n) { candidate_name_ = names_.container(n); }

    static Task<EffectOutcome> refuse(rollout::EffectKind kind);
    Task<Result<docker::ContainerInfo>> candidate();
    Task<Result<std::string>> create_candidate(std::int64_t n);
    Task<EffectOutcome> make_candidate(std::int64_t n);
    Task<EffectOutcome> start_candidate();
    Task<EffectOutcome> switch_traffic();
    Task<EffectOutcome> switch_to(Serving serving);
    Task<EffectOutcome> stop_previous();
    Task<EffectOutcome> retire_previous();
    Task<EffectOutcome> start_previous();
    Task<EffectOutcome> retire_candidate();
    Task<> remove_older();
    bool is_kept(const docker::ContainerInfo& stopped) const;
    docker::ContainerSpec spec_of(std::int64_t n, const char* role) const;

    bool is_by_alias() const { return plan_.switch_by == "alias"; }

    Task<GateOutcome> watch_inside(docker::ContainerInfo info, ProbeSpec spec, std::string network);

    // observe.cpp
    Task<rollout::Observation> observe_candidate(rollout::EffectKind kind);
    Task<rollout::Observation> observe_previous(bool wants_running);
    Task<rollout::Observation> observe_switch(std::string wanted);
    Task<Result<Receivers>> known_receivers();

    std::shared_ptr<void> way_;
    std::unique_ptr<docker::Engine> connection_;
    docker::Engine& engine_;
    DeployPlan plan_;
    DeployNames names_;
    const Clock& clock_;
    std::string address_;
    std::unique_ptr<Traffic> traffic_;  // null: nobody leads it
    std::string image_;
    std::string digest_;
    std::string switch_image_;
    docker::ImageInfo image_info_;
    Serving previous_;
    std::string candidate_name_;
    Terms terms_;
};

}  // namespace triphammer::runner
