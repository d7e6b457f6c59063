#pragma once

#include "plan/advance.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <list>
#include <string>
#include <vector>

namespace triphammer::queue {

/// A run as plan/ wants it; owns what the facts borrow.
struct RunView {
    std::vector<store::JobRow> jobs;
    std::list<model::JobDefinition> definitions;
    plan::RunFacts facts;
    bool waits_for_trust = false;  // a fork's, whose code nobody has approved

    RunView() = default;
    RunView(const RunView&) = delete;
    RunView& operator=(const RunView&) = delete;

    /// Null when the run has no such job.
    const store::JobRow* find(const std::string& key) const;
};

Result<> read_run(store::Connection& db, const store::RunRow& run, RunView& view);

}  // namespace triphammer::queue
