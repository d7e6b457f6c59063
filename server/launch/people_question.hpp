#pragma once
// What an `approve:` job asks people for. A plain function, run on the writer thread.

#include "model/approval.hpp"
#include "store/runs/job_store.hpp"

namespace triphammer::launch {

/// For queue::ClaimRequest: the job's `approve` with its expressions evaluated; its needs have
/// ended. Code::invalid names the key.
Result<model::ApproveQuestion> make_question(store::Transaction& tx, const store::JobRow& job);

}  // namespace triphammer::launch
