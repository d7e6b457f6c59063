#pragma once
// Which layers (docs/adr/0022) a job's checkouts may rest on.

#include "store/runs/job_store.hpp"

#include <string>

namespace triphammer::launch {

/// One pool for a repository's own commits, one for those of pull requests from its forks; empty
/// for a job that checks nothing out, nor uses an action that could.
std::string find_layer_pool(store::Connection& db, const store::JobRow& job);

}  // namespace triphammer::launch
