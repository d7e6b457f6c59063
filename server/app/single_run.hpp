#pragma once
// One run without a daemon: the daemon's own queue, launcher and runner in a folder of their own
// that is gone afterwards. Nothing listens but a Unix socket in that folder.

#include "app/config.hpp"
#include "plan/plan.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::app {

struct SingleRunRequest {
    Config config;               // `data` and `run` are inside the folder
    std::filesystem::path tree;  // a bare repository with the run's commit; moved away
    std::string repository;      // OWNER/NAME
    std::string origin;          // its address, without a credential; may be empty
    plan::Plan plan;             // of exactly one run
    std::string workflow_text;
    std::vector<std::pair<std::string, Secret>> secrets;
    std::filesystem::path caches;     // folder that outlives the run; empty: none
    std::filesystem::path artifacts;  // where the run's artifacts are put as NAME.zip; empty: gone
};

/// Told on the calling thread, in the order in which things happened.
class RunWatcher {
  public:
    virtual ~RunWatcher() = default;
    virtual void on_job(const store::JobRow& job) = 0;
    /// Whole lines of a step's log, in order, each once; all of them before the step has ended.
    virtual void on_output(
        const store::JobRow& job, const store::StepRow& step, const std::string& lines
    ) = 0;
    /// Begun or ended; of one that has ended `log` has the last lines.
    virtual void on_step(
        const store::JobRow& job, const store::StepRow& step, const std::string& log
    ) = 0;
    /// Somebody asked to end the run; asked again, it is killed.
    virtual void on_interrupt(bool again) = 0;
};

/// Until the run has ended. TERM and INT cancel it. An error: it could not be carried out at all.
Result<store::RunRow> run_single(SingleRunRequest request, RunWatcher& watcher);

}  // namespace triphammer::app
