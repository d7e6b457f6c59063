#pragma once
// What a runner's messages do to the tables: plain functions over the writer's transaction, each
// one change as a whole. Called by RunnerGateway, by the replay of a dead runner's spool, and by
// the simulation.

#include "model/job_document.hpp"
#include "protocol/daemon_machine.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/step_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::launch {

struct AttachedRunner {
    store::AttemptRow attempt;
    store::JobRow job;
    std::optional<protocol::Cancel> cancel;
    /// Go for this attempt's own open intent: the verdict may have been lost with a connection.
    std::optional<protocol::Verdict> open_intent;
};

/// Compare-and-set of (fence, token, nonce). Code::refused for everybody but the attempt's runner.
Result<AttachedRunner> attach_runner(store::Transaction& tx, const protocol::Attach& attach);

/// Applies the records in order and moves `acked`, guarded by (fence, nonce, running): A1. `logs`:
/// what is on the disk of the steps that end here. Answers the verdicts on the intents among them.
/// Code::conflict: the attempt is not this runner's any more.
Result<std::vector<protocol::Verdict>> apply_records(
    store::Transaction& tx,
    const store::Hold& hold,
    const protocol::Commit& commit,
    const std::vector<store::StepLog>& logs
);

struct LostRunner {
    std::string reason;
    bool is_proven_dead = true;
};

/// The attempt ends as lost_runner; a deployment is retried once where observing can tell what was
/// done, else it is unknown (E3, E5).
Result<> lose_runner(store::Transaction& tx, model::Fence fence, const LostRunner& lost);

}  // namespace triphammer::launch
