#pragma once
// What a job of any kind gets from the attempt that it is part of, and the jobs that are not steps.
// Everything on the runner's one thread.

#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/commands.hpp"
#include "execution/stop.hpp"
#include "model/job_document.hpp"
#include "model/states.hpp"
#include "runner/step_executor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace triphammer::runner {

struct StepEnd {
    model::StepState state = model::StepState::succeeded;
    model::Cause cause = model::Cause::none;
    int exit_code = 0;
    execution::Values outputs;
    std::vector<execution::Annotation> annotations;
};

/// What a job has come to; becomes the journal's `end`.
struct JobOutcome {
    model::JobState state = model::JobState::succeeded;
    model::Cause cause = model::Cause::none;
    std::string message;  // for people, when it did not succeed
    execution::Values outputs;
    /// Deploy jobs: what the ledger row becomes (the `end` record's `deployment`).
    std::optional<model::DeploymentState> deployment;
};

/// An effect on the world outside that must not happen twice (docs/protocol, deployments).
struct Intent {
    int number = 0;           // n: 1, 2, … within the deployment
    std::string kind;         // create, start, switch, retire, before, …
    std::string target_json;  // the object that it touches
    std::string idem;         // sha256 hex of (deployment, n)
};

struct EffectResult {
    int number = 0;
    bool ok = false;
    /// {"ids": {…}, "probes": […], "excerpt": text, "reason": text}, each where there is one: the
    /// fields of the journal's `result`.
    std::string details_json = "{}";
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
    virtual const JobFolders& folders() const = 0;
    virtual execution::StopToken& stop() = 0;

    /// Steps are numbered from 1; 0 is "Set up job".
    virtual Task<Result<>> step_begin(std::uint32_t step, std::string id, std::string name) = 0;
    /// Masked, then journaled. Lines end with '\n'; a limit per step applies.
    virtual Task<Result<>> log(std::uint32_t step, std::string bytes) = 0;
    virtual Task<Result<>> step_end(std::uint32_t step, StepEnd end) = 0;

    /// A deployment's phase, for people ("candidate", "gate", …).
    virtual Task<Result<>> phase(std::string name) = 0;
    /// Journals the intent and waits for the daemon's verdict; true: go, and begin within 10 s.
    virtual Task<Result<bool>> intent(Intent intent) = 0;
    virtual Task<Result<>> result(EffectResult result) = 0;

    /// Puts the source at the job's commit into the workspace, as step `step` says it in its log.
    virtual Task<Result<>> fetch_source(std::uint32_t step) = 0;
};

Task<JobOutcome> run_steps_job(JobSession& session);
Task<JobOutcome> run_image_job(JobSession& session);
Task<JobOutcome> run_deploy_job(JobSession& session);

/// Steps in a container of the job's own (image: document.job.container, else document.executor).
/// `folders.*.outside` exist; the executor chooses the names inside.
std::unique_ptr<StepExecutor> make_container_executor(JobSession& session);

}  // namespace triphammer::runner
