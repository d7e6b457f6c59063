#pragma once
// What the expressions of a job may ask for once its needs have ended. Plain function, on any
// thread that has a connection.

#include "base/result.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "workflow/expression/value.hpp"

#include <string>

namespace triphammer::launch {

/// What planning knew of a run. Its jobs begin one after the other: the text of the last run is
/// read once for them, unless it is long.
class PlannedContexts {
  public:
    workflow::expression::Object read(const store::RunRow& run);

  private:
    std::string text_;
    workflow::expression::Object known_;
};

/// What planning knew, what the needed jobs gave, and what only the run itself knows: JSON text,
/// {"github": …, "needs": …, "vars": …, "inputs": …, "strategy": …, "matrix": …}.
Result<std::string> make_contexts(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    PlannedContexts& planned
);

}  // namespace triphammer::launch
