#pragma once
// Which secrets a job of a called workflow gets: those that the calls on the way to it hand on.

#include "base/result.hpp"
#include "model/job_document.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <vector>

namespace triphammer::launch {

/// The calls on the way to a job, outermost first; none for a job that nobody calls.
std::vector<store::JobRow> list_calls(
    const std::vector<store::JobRow>& jobs, const store::JobRow& job
);

/// `secrets`: the repository's own. A job that nobody calls gets them all. Error `invalid`: what a
/// call hands on cannot be evaluated.
Result<std::vector<model::NamedSecret>> pass_secrets(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    std::vector<model::NamedSecret> secrets
);

}  // namespace triphammer::launch
