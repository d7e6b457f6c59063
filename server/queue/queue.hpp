#pragma once
// What the queue does with runs and jobs. Plain functions over the writer's transaction: each is
// one change that is there as a whole or not at all, with its rows in `changes`. What happens next
// in a run is decided by plan::advance; here it is stored. A deploy job that ends lets the lock of
// its target go: a deployment that nothing was done for is closed as failed, another that its
// runner has not closed is unknown.
//
//   plan ──create_runs──▶ jobs: blocked, queued ──claim_next──▶ attempt claimed, job running
//     ──attach──▶ attempt running ──apply records──▶ finish_attempt ──▶ job ended, others unblocked
//                          │                         lose_attempt   ──▶ job failed | queued again
//                          └ give_back: never attached ──▶ job queued again (5 times)
//   queued ──claim_next: an obstacle, a gate──▶ waiting ──resume_job──▶ queued
//
// Nothing of a fork's pull request has its turn before its head commit is trusted, and a job with
// an environment goes through the gate of that one's rules: queue/approvals.hpp.

#include "model/approval.hpp"
#include "plan/plan.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::queue {

using store::Hold;

/// Where planned runs come from.
struct Origin {
    model::RepositoryId repository = {};
    model::DeliveryId delivery = {};                // none: started by hand
    std::map<std::string, std::string> texts = {};  // PlannedRun::blob → its text, as it was read
};

/// Writes runs and jobs (jobs that the plan lets start are queued) and, where there is a delivery,
/// finishes it as started or ignored, with the plan's reason.
/// Code::conflict when the delivery is not pending any more.
Result<std::vector<model::RunId>> create_runs(
    store::Transaction& tx, const Origin& origin, const plan::Plan& plan
);

struct ClaimRequest {
    std::int64_t workers = 1;       // attempts that may be open at once
    std::string token_sha256 = {};  // of the token that the attempt's runner will present
    std::string executor = {};      // shown to people
    /// Asked before a job is claimed: what else than a worker it has to wait for. Nothing: it may
    /// start; else it waits with that reason, holds no worker, and is resumed by an event.
    std::function<std::optional<std::string>(store::Transaction&, const store::JobRow&)> obstacle =
        {};
    /// What an `approve:` job asks people for; such a job fails where nobody can say.
    std::function<Result<model::ApproveQuestion>(store::Transaction&, const store::JobRow&)>
        question = {};
};

struct Claim {
    model::Fence fence = {};
    store::JobRow job;  // running now
};

/// The next job of the repository that was served longest ago. Nothing: no free worker, or no job.
Result<std::optional<Claim>> claim_next(store::Transaction& tx, const ClaimRequest& request);

/// Compare-and-set of (fence, token, nonce); a runner that attaches again gets the same answer.
/// Code::refused for everybody else.
Result<store::AttemptRow> attach(store::Transaction& tx, const store::Attach& attach);

/// First call of every group of records: guards by (fence, nonce, running) and moves `acked`.
/// True: apply the records now; false: they were applied before, skip them. Code::conflict: the
/// attempt is not this runner's (any more).
Result<bool> accept_records(store::Transaction& tx, const Hold& hold, std::int64_t acked);

// Records of an attempt; only after accept_records said true in the same transaction.
// (store::begin_step for a step's begin).
Result<> end_step(store::Transaction& tx, const store::StepPlace& place, const store::StepEnd& end);
Result<> set_step_log(store::Transaction& tx, const Hold& hold, const store::StepLog& log);

struct AttemptResult {
    model::JobState state = model::JobState::succeeded;  // a final one, not skipped
    model::Cause cause = model::Cause::none;
    std::string reason = {};
    std::string outputs_json = "{}";
    std::optional<int> exit_status = {};  // of the step that made the job fail
};

/// Ends attempt and job, stores what plan::advance says about the run's other jobs.
/// Code::conflict when `hold` is not held (any more).
Result<> finish_attempt(store::Transaction& tx, const Hold& hold, const AttemptResult& result);
/// Ends the attempt without ending the job, which waits until somebody queues it again.
Result<> park_attempt(store::Transaction& tx, const Hold& hold, std::string_view why);
/// A parked or waiting job may be claimed again. Code::conflict when it does not wait.
Result<> resume_job(store::Transaction& tx, model::JobId job, std::string_view reason);

enum class AfterLoss { fail, queue_again };

struct Loss {
    model::Cause cause = model::Cause::lost_runner;
    std::string reason = {};
    AfterLoss then = AfterLoss::fail;
};

/// The runner is dead or silent: the attempt ends, its open steps fail, the job fails or is queued
/// again. A job whose cancel was asked for ends cancelled instead. Code::conflict when the attempt
/// is not open.
Result<> lose_attempt(store::Transaction& tx, model::Fence fence, const Loss& loss);

inline constexpr std::int64_t kMaxUnattached = 5;

/// No runner ever attached: not counted, the job is queued again, after kMaxUnattached times it
/// fails with cause infrastructure. Code::conflict when a runner has attached.
Result<> give_back(store::Transaction& tx, model::Fence fence, std::string_view reason);

/// Who asks, and why; both are shown.
struct CancelRequest {
    std::string reason = {};
    std::string actor = {};
};

/// Jobs that wait are cancelled at once; the fences answered here are running and must be told.
/// Asking again is fine. Code::conflict when the run or the job has ended.
Result<std::vector<model::Fence>> request_cancel(
    store::Transaction& tx, model::RunId run, const CancelRequest& request
);
Result<std::vector<model::Fence>> request_cancel(
    store::Transaction& tx, model::JobId job, const CancelRequest& request
);

enum class Rerun {
    all,     // that have ended
    failed,  // and everything that needs one of them
    job,     // one, and everything that needs it
};

struct RerunRequest {
    Rerun what = Rerun::all;
    model::JobId job = {};  // for Rerun::job
    std::string actor = {};
};

/// A new attempt of the same run, at once: what is under way goes on beside it. A job whose result
/// something under way stands on stays as it is. Code::conflict when nothing would run again, with
/// the reason, and while the run is being cancelled.
Result<> rerun(store::Transaction& tx, model::RunId run, const RerunRequest& request);

/// Asks plan::advance and stores its answer: called by the functions above, and by whoever changed
/// a job's state through store (deployments/).
Result<> advance_run(store::Transaction& tx, model::RunId run);

/// Where nobody holds the lock of that target, the next that waits for it gets it, and its job is
/// queued. In the transaction that frees the lock: nobody ever waits for a free one.
Result<> pass_lock_on(store::Transaction& tx, const store::DeploymentRow& of_target);

}  // namespace triphammer::queue
