#pragma once
// What a job of any kind gets from the attempt that it is part of. Everything on the runner's one
// thread.

#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/stop.hpp"
#include "model/job_document.hpp"
#include "model/states.hpp"
#include "protocol/messages.hpp"
#include "runner/session/step_executor.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace triphammer::runner {

/// What a job has come to; becomes the journal's `end`.
struct JobOutcome {
    model::JobState state = model::JobState::succeeded;
    model::Cause cause = model::Cause::none;
    std::string reason;                   // for people, when it did not succeed
    std::optional<int> exit_status = {};  // of the step that made it fail
    protocol::Outputs outputs;
    std::optional<model::DeploymentState> deployment;  // deploy jobs: what the ledger row becomes
};

/// One attempt at work. Journaled calls return when the record is in the spool: they wait only when
/// the spool is full (the daemon is away for long); they fail with Code::disk_full, or with
/// Code::cancelled when the attempt was refused.
class JobSession {
  public:
    virtual ~JobSession() = default;

    virtual const model::JobDocument& document() const = 0;
    /// The text with its ${{ }} evaluated over the job's contexts. Code::invalid with the place.
    virtual Result<std::string> evaluate(const model::Template& value) const = 0;
    /// A text that is one expression, as JSON: `container: ${{ fromJSON(…) }}`. Code::invalid.
    virtual Result<std::string> evaluate_json(const model::Template& value) const = 0;
    virtual const JobFolders& folders() const = 0;
    virtual execution::StopToken& stop() = 0;

    /// Steps are numbered from 1; 0 is "Set up job", which the session itself writes. Times (`at`)
    /// are filled in by the session.
    virtual Task<Result<>> step_begin(protocol::StepBegin step) = 0;
    /// Masked, then journaled. Lines end with '\n'; a limit per step applies.
    virtual Task<Result<>> log(int step, std::string bytes) = 0;
    virtual Task<Result<>> step_end(protocol::StepEnd end) = 0;

    /// A deployment's phase, for people; `detail` is masked.
    virtual Task<Result<>> phase(model::DeploymentPhase phase, std::string detail) = 0;
    /// Journals the intent and waits for the daemon's verdict, also over an outage. `go`: do the
    /// effect now, at once, exactly one time. Code::cancelled when the attempt was refused.
    virtual Task<Result<protocol::Verdict>> intent(protocol::Intent intent) = 0;
    /// Effect n was tried in vain: whether it may be tried once more, with the same promises.
    virtual Task<Result<protocol::Verdict>> repeat(std::int64_t n) = 0;
    virtual Task<Result<>> result(protocol::EffectResult result) = 0;

    /// Puts the source at the job's commit into the workspace, as step `step` says it in its log.
    virtual Task<Result<>> fetch_source(int step) = 0;
};

/// What the runner program brings along for jobs that are not host steps.
struct JobDrivers {
    std::function<std::unique_ptr<StepExecutor>(JobSession&)> container;
    std::function<std::unique_ptr<StepExecutor>(JobSession&, std::unique_ptr<StepExecutor>)>
        services;
    std::function<Task<JobOutcome>(JobSession&)> image;
    std::function<Task<JobOutcome>(JobSession&)> deploy;
};

}  // namespace triphammer::runner
