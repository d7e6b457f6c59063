#pragma once

#include "base/clock.hpp"
#include "docker/engine.hpp"
#include "execution/stop.hpp"
#include "model/job_document.hpp"
#include "rollout/effect.hpp"
#include "rollout/recovery.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/deploy/probe.hpp"
#include "runner/deploy/switch.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// What an effect came to; becomes the journal's `result`.
struct EffectOutcome {
    bool ok = false;
    rollout::Failure failure = rollout::Failure::refused;  // where it is not ok
    std::string ids_json = "{}";
    std::string excerpt;
    std::string reason;
    int exit_status = 0;  // of `before`
};

/// Nothing was heard from the engine: that says nothing about the object.
bool is_silence(const Error& error);

/// What candidate() says when none of ours is there, though a stranger's may have its name.
bool is_absent(const Error& error);

/// A container of this service, as far as traffic is concerned.
struct Serving {
    std::string id;
    std::string name;
    bool running = false;

    bool empty() const { return id.empty(); }
};

/// What answers now, read from the engine and the switch.
struct Live {
    std::string container;
    std::string digest;
};

/// The driver `container`: one engine, one service. Carries out one effect at a time; when to do
/// which is rollout's business, and that it is journaled before is the caller's.
class ContainerTarget {
  public:
    ContainerTarget(docker::Engine& engine, DeployPlan plan, DeployNames names, const Clock& clock);

    /// Preflight: the digest as the registry has it, the image on the engine, the service's
    /// network, what served before. Nothing that anybody could notice.
    Task<Result<>> prepare(
        const model::DeploymentSpec& spec, docker::ProgressSink& log, execution::StopToken& stop
    );

    const DeployPlan& plan() const { return plan_; }

    /// sha256:… that is deployed; known after prepare.
    const std::string& digest() const { return digest_; }

    const std::string& image() const { return image_; }

    bool has_previous() const { return !previous_.empty(); }

    Task<EffectOutcome> perform(
        rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
    );
    /// What the target shows of an effect that may or may not have been done (E3).
    Task<rollout::Observation> observe(rollout::EffectKind kind, std::int64_t n);
    /// Whether everything that the ledger says was done is there.
    Task<rollout::Observation> observe_all(const rollout::Effects& effects);

    /// The ids that an effect found done would have given.
    Task<std::string> ids_of(rollout::EffectKind kind);

    Task<GateOutcome> watch_candidate();
    Task<GateOutcome> watch_public();
    Task<Result<Live>> read_live();
    /// After the proof: the engine starts it again after a crash or a reboot.
    Task<Result<>> keep_running();

    /// The candidate's container, known from the ledger or from the effect that made it.
    void adopt_candidate(std::int64_t n) { candidate_name_ = names_.container(n); }

  private:
    // deploy_prepare.cpp
    Task<Result<>> find_image(docker::ProgressSink& log);
    Task<Result<>> find_local_image(std::string name);
    Task<Result<>> find_switch_image(docker::ProgressSink& log);
    Task<Result<>> ensure_network();
    Task<Result<>> find_previous(const model::DeploymentSpec& spec);

    // deploy_target.cpp
    Task<Result<docker::ContainerInfo>> candidate();
    Task<Result<std::string>> create_candidate(std::int64_t n);
    Task<EffectOutcome> make_candidate(std::int64_t n);
    Task<EffectOutcome> start_candidate();
    Task<EffectOutcome> run_before(std::int64_t n, execution::StopToken& stop);
    Task<EffectOutcome> switch_traffic();
    Task<EffectOutcome> switch_to(Serving serving);
    Task<EffectOutcome> stop_previous();
    Task<EffectOutcome> retire_previous();
    Task<EffectOutcome> start_previous();
    Task<EffectOutcome> retire_candidate();
    Task<> remove_older();
    bool is_kept(const docker::ContainerInfo& stopped) const;
    docker::ContainerSpec spec_of(std::int64_t n, const char* role) const;

    // deploy_observe.cpp
    Task<rollout::Observation> observe_candidate(rollout::EffectKind kind);
    Task<rollout::Observation> observe_previous(bool wants_running);
    Task<rollout::Observation> observe_switch(std::string wanted);

    docker::Engine& engine_;
    DeployPlan plan_;
    DeployNames names_;
    const Clock& clock_;
    Switch switch_;
    std::string image_;
    std::string digest_;
    std::string switch_image_;
    docker::ImageInfo image_info_;
    Serving previous_;
    std::string candidate_name_;
};

}  // namespace triphammer::runner
