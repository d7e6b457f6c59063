#pragma once

#include "plan/retry.hpp"
#include "store/runs/job_store.hpp"
#include "store/sqlite/transaction.hpp"

namespace triphammer::queue {

/// When a job that ended so is tried again, by its `retry`; nothing: it is not. Jobs of steps and
/// images only: what a deployment repeats is the ledger's to say. Values of `retry` that cannot be
/// read end the job, and are told in `problem`.
std::optional<Milliseconds> find_retry(
    store::Transaction& tx,
    const store::JobRow& job,
    const plan::EndedAttempt& ended,
    std::string& problem
);

}  // namespace triphammer::queue
