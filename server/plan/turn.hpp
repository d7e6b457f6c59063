#pragma once
// A job's turn: all its needs have ended (or it has none). Shared by make_plan and advance, so that
// there is one rule.

#include "plan/advance.hpp"
#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <vector>

namespace triphammer::plan {

/// success, failure, cancelled or skipped, as in `needs.<job_id>.result`; a failure that
/// continue-on-error covers is a success.
std::string_view result_of(const JobFacts& job);

/// Works on the jobs' states as they are now, and changes them as it goes. Linear in jobs and
/// needs.
class Turns {
  public:
    /// Borrows both. `contexts`: github, inputs, vars.
    Turns(
        std::vector<JobFacts>& jobs, const workflow::expression::Contexts& contexts, bool cancelled
    );

    struct Step {
        std::size_t index = 0;  // of the job
        Transition transition;
    };

    /// Until nothing moves any more; in the jobs' order.
    std::vector<Step> take_all();

    workflow::expression::Value needs_of(std::size_t job) const;

  private:
    using Index = std::size_t;

    /// What stands behind a job: itself, its needs, their needs, …
    struct Past {
        bool success = true;
        bool failure = false;
    };

    bool is_ready(Index job) const;
    Transition decide(Index job) const;
    Transition prepare(Index job, const workflow::expression::Contexts& contexts) const;
    model::Reason explain_no(Index job) const;
    workflow::expression::StatusFacts status_of(Index job) const;
    Index find_culprit(Index job) const;
    void keep_past(Index job);
    void keep_all_pasts();

    std::vector<JobFacts>& jobs_;
    const workflow::expression::Contexts& contexts_;
    bool cancelled_;
    std::vector<std::vector<Index>> needs_;
    std::vector<std::vector<Index>> dependants_;
    std::vector<Past> past_;  // of jobs that have ended
};

/// The run's state from its jobs'.
void settle(const std::vector<JobFacts>& jobs, bool cancelled, Advance& answer);

}  // namespace triphammer::plan
