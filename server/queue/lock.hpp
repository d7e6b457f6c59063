#pragma once
// What a deploy job holds when it ends: for this folder alone.

#include "store/runs/job_store.hpp"

namespace triphammer::queue {

/// After `move` of this job: where it ended, nobody is asked about it any more, and the lock of its
/// target goes on to whoever waits.
Result<> let_lock_go(store::Transaction& tx, const store::JobRow& job, const store::JobMove& move);

}  // namespace triphammer::queue
