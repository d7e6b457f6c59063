#pragma once
// What the expressions of a job may ask for once its needs have ended. Plain function, on any
// thread that has a connection.

#include "base/result.hpp"
#include "store/job_store.hpp"
#include "store/run_store.hpp"

#include <string>

namespace triphammer::launch {

/// What planning knew, what the needed jobs gave, and what only the run itself knows: JSON text,
/// {"github": …, "needs": …, "vars": …, "inputs": …, "strategy": …, "matrix": …}.
Result<std::string> make_contexts(
    store::Connection& db, const store::RunRow& run, const store::JobRow& job
);

}  // namespace triphammer::launch
