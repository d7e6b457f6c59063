#pragma once

#include "base/clock.hpp"
#include "docker/engine.hpp"
#include "runner/deploy/compose/spec.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/deploy/probe.hpp"
#include "runner/deploy/target.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::runner {

/// The driver `compose`: the services of a Compose file of the repository on one engine, one of
/// them with the image that is deployed. The file is read here and carried out over the Engine API;
/// no compose program runs (docs/adr/0062). A service whose part of the file has not changed keeps
/// its container; the others, and always the deployed one, get a new one after the old was stopped.
///
/// The way back is containers, not files: what was stopped is kept as it is, secrets and all, and
/// started again. Each effect concerns several containers and may be done twice: what is there
/// already is left.
///
/// `observe` proves of each container that it is there, was started, runs or is gone: the
/// deployment is in its labels, its effect's number in its name, which an engine gives once.
/// `not_begun` also stands for an effect that was done in part: the rest is what repeating does. It
/// cannot prove that a container was never another one in between, that `before` ran, nor anything
/// of what containers wrote into volumes: those are not gone back with.
class ComposeTarget final : public Target {
  public:
    ComposeTarget(
        JobSession& session,
        std::unique_ptr<docker::Engine> engine,
        DeployPlan plan,
        DeployNames names,
        const Clock& clock
    );

    /// The source at the job's commit, the file, all images (the deployed one by the registry's
    /// digest), what is external, and whose the containers are that are there.
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
    Task<rollout::Observation> observe(rollout::EffectKind kind, std::int64_t n) override;
    Task<rollout::Observation> observe_all(const rollout::Effects& effects) override;
    Task<std::string> ids_of(rollout::EffectKind kind) override;

    Task<GateOutcome> watch_candidate() override;
    Task<GateOutcome> watch_public() override;
    /// Also that nothing else of the project runs.
    Task<Result<Live>> read_live() override;
    /// The restart policies of the file.
    Task<Result<>> keep_running() override;

  private:
    // prepare.cpp
    Task<Result<>> read_file();
    Task<Result<>> fetch_image(StepLog& log);
    Task<Result<>> find_image(StepLog& log);
    Task<Result<>> find_other_images(StepLog& log);
    Result<> check_volumes(const ComposeService& service, const docker::ImageInfo& image) const;
    Task<Result<>> check_server_objects();
    Task<Result<>> check_external();
    Task<Result<>> find_previous(const model::DeploymentSpec& spec);
    Result<> check_owner(const ComposeMembers& members) const;
    void take_previous(const ComposeMembers& members, const std::string& recorded, bool is_resumed);
    void describe();

    // target.cpp
    static Task<EffectOutcome> refuse(rollout::EffectKind kind);
    bool is_kept(const std::string& service) const;
    std::vector<const ComposeService*> wanted() const;
    std::vector<const ComposeService*> dependencies() const;
    Task<EffectOutcome> before(std::int64_t n, execution::StopToken& stop);
    Task<Result<>> prepare_before(std::int64_t n);
    Task<EffectOutcome> stop_previous();
    Task<EffectOutcome> create(std::int64_t n);
    Task<EffectOutcome> start(execution::StopToken& stop);
    Task<EffectOutcome> retire_previous();
    Task<EffectOutcome> start_previous();
    Task<EffectOutcome> retire_candidate();

    // members.cpp
    Task<Result<ComposeMembers>> list();
    Task<Result<ComposeMembers>> list_ours();
    Task<Result<>> ensure_objects();
    Task<Result<>> ensure_created(std::vector<const ComposeService*> services, std::int64_t n);
    Task<Result<std::string>> create_member(const ComposeService* service, std::int64_t n);
    Task<Result<>> connect_member(const ComposeService* service, std::string id);
    Task<Result<>> ensure_started(std::vector<const ComposeService*> services);
    Task<Result<>> wait_for(std::vector<ComposeDependency> dependencies);
    Task<Result<>> wait_until_well(std::string id, std::string service);
    Task<Result<>> stop_member(ComposeMember member);
    Task<Result<>> remove_ours();
    Task<std::string> tail_of(ComposeMember member);
    Task<Result<std::string>> id_of(std::string service);
    Task<Result<std::string>> ids_json();

    // watch.cpp
    Task<Result<docker::ContainerInfo>> candidate();
    Task<GateOutcome> watch(ProbeSpec spec, bool from_outside);
    Task<Result<>> watch_others();
    ProbeSpec public_probe() const;
    Task<rollout::Observation> observe_stopped();
    Task<rollout::Observation> observe_started_again();
    Task<rollout::Observation> observe_candidates(rollout::EffectKind kind);

    JobSession& session_;
    std::unique_ptr<docker::Engine> connection_;
    docker::Engine& engine_;
    DeployPlan plan_;
    DeployNames names_;
    const Clock& clock_;
    Terms terms_;
    int step_ = 0;
    ComposeProject project_;
    docker::ImageInfo image_info_;
    ComposeMembers kept_;      // as they are, of services that have not changed
    ComposeMembers previous_;  // stopped, and started again on the way back
    ComposeMembers strays_;    // stopped: of deployments that the ledger does not go back to
};

}  // namespace triphammer::runner
