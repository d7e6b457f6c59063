#pragma once
// The ledger of deployments: what was done to the outside world, announced before and closed after.
// launch/ calls these for the records of a deploy job, inside the transaction that moves `acked`;
// the judgement over each of them is rollout's. Plain functions, run on the writer thread.

#include "model/job_document.hpp"
#include "protocol/messages.hpp"
#include "store/deployments/deployment_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::deployments {

// ── before the runner ────────────────────────────────────────────────────────────────────────

struct Opening {
    model::DeploymentId id;
    /// Nothing: the lock is ours. Else who holds it: the job has to wait (phase waiting-lock) until
    /// queue::pass_lock_on gives it the lock.
    std::optional<store::DeploymentRow> blocker;
};

/// The row of this job (E1: one for each attempt of its run) and the lock of its target; a second
/// call finds the row, so it is safe for every attempt. Code::conflict when the row is closed.
Result<Opening> open_deployment(store::Transaction& tx, const store::NewDeployment& wanted);

/// What the runner has to know of it: what serves now, recorded effects, which versions were
/// migrated, lost runners. `switch_image` is the caller's. Code::not_found.
Result<model::DeploymentSpec> make_spec(store::Connection& db, model::DeploymentId id);

// ── the journal of its runner ────────────────────────────────────────────────────────────────

/// The attempt that speaks, proven by the caller (fence, nonce, running).
struct Speaker {
    model::JobId job;
    model::Fence fence;
};

Result<> apply_phase(store::Transaction& tx, const Speaker& speaker, const protocol::Phase& phase);
/// Commits the intent and answers it. A `no` changes nothing. `before` is begun here, once for each
/// (environment, service, digest); the intent's target names service, image and digest.
Result<protocol::Verdict> apply_intent(
    store::Transaction& tx, const Speaker& speaker, const protocol::Intent& intent
);
/// Of an older fence: kept as evidence, changes no state (E4). Code::protocol for an effect that
/// was never announced.
Result<> apply_result(
    store::Transaction& tx, const Speaker& speaker, const protocol::EffectResult& result
);

/// What the job becomes.
struct Ending {
    model::DeploymentState deployment = model::DeploymentState::unknown;
    model::JobState job = model::JobState::failed;
    model::Cause cause = model::Cause::none;
    std::string reason;
};

/// The runner says how it ended; green is believed with proof only (E8), an open effect or a
/// missing proof makes it unknown: then the job fails as `undecided` and the lock stays.
Result<Ending> finish_deployment(
    store::Transaction& tx, const Speaker& speaker, const protocol::End& end
);

// ── without its runner ───────────────────────────────────────────────────────────────────────

enum class AfterLoss {
    retry,    // one new attempt, which observes before it acts (E3)
    unknown,  // a person decides: the row is unknown, the job fails as `undecided`
    failed,   // nothing was ever done: the row is closed, the lock is free
};

/// The runner of `fence` was lost. Only retries while the job may run again (`may_retry`).
Result<AfterLoss> lose_runner(
    store::Transaction& tx, const Speaker& speaker, bool may_retry, std::string_view why
);

/// A person says how an unknown one ended: succeeded | failed | rolled_back. Passes the lock on.
/// Code::not_found, Code::conflict when it is not unknown, Code::invalid for another state or
/// without a comment.
Result<> settle_deployment(
    store::Transaction& tx,
    model::DeploymentId id,
    model::DeploymentState state,
    std::string_view comment,
    std::string_view actor
);

}  // namespace triphammer::deployments
