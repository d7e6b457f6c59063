#pragma once
// What a driver of `deploy` has to do. DeployJob asks rollout what comes next, journals it, and has
// it done here; nothing in a driver decides what comes next, and no driver calls another. All on
// the runner's one thread.
//
// What a driver promises:
//   prepare   finds out everything that can fail, and touches nothing that anybody could notice.
//   perform   does one effect once. It answers ok only where the target has confirmed it. An error
//             after which nobody knows whether it was done is Failure::silent.
//   observe   reads the target after a runner was lost, and says `done` or `not_begun` only where
//             what it read proves that; each driver's header says what that is. Where nothing can
//             be proven is_observable says so: then an open effect is unknown at once (E3).
//   read_live reads what serves from the target itself, never from what this process remembers:
//             the proof of success (E8) compares it with the ledger.
//   the way back (start-previous, switch-back, restore, retire-candidate) may be done twice.

#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/stop.hpp"
#include "model/job_document.hpp"
#include "protocol/messages.hpp"
#include "rollout/plan.hpp"
#include "rollout/recovery.hpp"
#include "runner/deploy/gate.hpp"
#include "runner/image/failure.hpp"
#include "runner/session/step_log.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace triphammer::runner {

class StepExecutor;

/// What an effect came to; becomes the journal's `result`.
struct EffectOutcome {
    bool ok = false;
    rollout::Failure failure = rollout::Failure::refused;  // where it is not ok
    std::string ids_json = "{}";  // of what was made; "object" is what proof compares
    std::string excerpt;          // last lines of what failed
    std::string reason;
    int exit_status = 0;  // of `before`
};

EffectOutcome effect_done(const std::string& ids_json = "{}");
/// Silent where nothing was heard (is_silence), else refused.
EffectOutcome effect_failed(const Error& error);

/// Nothing was heard from the target: that says nothing about what is there.
bool is_silence(const Error& error);

/// What serves now, read from the target.
struct Live {
    std::string object;         // the target's id of it
    std::string digest;         // of what it runs; empty: it could not be read
    protocol::Outputs outputs;  // of the job, beside object, digest and image
};

/// What the machine, the ledger and the run page have to know of a deployment.
struct Terms {
    rollout::Strategy strategy = rollout::Strategy::blue_green;
    bool rolls_back = true;
    bool has_before = false;
    bool has_previous = false;  // something serves now, and can be gone back to
    std::string service;
    std::string image;   // by digest, where there is one
    std::string digest;  // sha256:… that is deployed
    std::string remark;  // for the log: " (short downtime)"
    // How health was asked for, in the ledger's probes.
    std::string gate_kind;
    std::string verify_kind;
    /// JSON of what was found before the first effect, written down with every effect before it is
    /// done: a later attempt reads the way back there. Empty: the driver needs none.
    std::string found_json;
};

class Target {
  public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;

    /// The step of the run page whose log what follows may write to; 0: there is none.
    virtual void enter_step(int) {}

    /// A move's name on the run page.
    virtual std::string describe(const rollout::Move& move) const;

    /// Preflight. Once, before everything else; `log` is its step's.
    virtual Task<Result<>> prepare(
        const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
    ) = 0;
    /// Known after `prepare`.
    virtual const Terms& terms() const = 0;
    /// What an error of `prepare` means: a cause, and a sentence that says what to do.
    virtual ImageFailure explain(const Error& error) const = 0;
    /// The effects of this deployment that the ledger knows already; after `prepare`.
    virtual void adopt(const rollout::Effects& effects) = 0;

    virtual Task<EffectOutcome> perform(
        rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
    ) = 0;

    /// Whether `observe` can prove anything about this kind of effect here.
    virtual bool is_observable(rollout::EffectKind kind) const {
        return rollout::is_observable(kind);
    }

    /// What the target shows of an effect that may or may not have been done.
    virtual Task<rollout::Observation> observe(rollout::EffectKind kind, std::int64_t n) = 0;
    /// Whether everything that the ledger says was done is there.
    virtual Task<rollout::Observation> observe_all(const rollout::Effects& effects) = 0;
    /// The ids that an effect found done would have given.
    virtual Task<std::string> ids_of(rollout::EffectKind kind) = 0;

    /// Until what was made is healthy, or not. Ended from outside by cancelling it.
    virtual Task<GateOutcome> watch_candidate() = 0;
    /// The same after the switch, the way that users come.
    virtual Task<GateOutcome> watch_public() = 0;
    virtual Task<Result<Live>> read_live() = 0;

    /// After the proof: what keeps it serving without us.
    virtual Task<Result<>> keep_running() { co_return Result<>{}; }
};

/// The last effect of these kinds that was done; null: none was.
const rollout::Effect* last_done(
    const rollout::Effects& effects, std::initializer_list<rollout::EffectKind> kinds
);

/// Makes the driver that `deploy.to` names. `place` is where steps would run; null: there is none.
using TargetMaker =
    std::function<Task<Result<std::unique_ptr<Target>>>(JobSession&, StepExecutor* place)>;

}  // namespace triphammer::runner
