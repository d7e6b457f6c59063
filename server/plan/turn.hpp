#pragma once
// A job's turn: all its needs have ended (or it has none). Shared by make_plan and advance, so that
// there is one rule.

#include "plan/advance.hpp"
#include "workflow/expression/evaluator.hpp"

#include <vector>

namespace triphammer::plan {

/// success, failure, cancelled or skipped, as in `needs.<job_id>.result`; a failure that
/// continue-on-error covers is a success.
std::string_view result_of(const JobFacts& job);

/// Works on the jobs' states as they are now; `advance` changes them as it goes.
class Turns {
  public:
    /// Borrows both. `contexts`: github, inputs, vars.
    Turns(
        std::vector<JobFacts>& jobs, const workflow::expression::Contexts& contexts, bool cancelled
    );

    /// Until nothing moves any more.
    std::vector<Transition> take_all();

    workflow::expression::Value needs_of(const JobFacts& job) const;

  private:
    bool is_ready(const JobFacts& job) const;
    Transition decide(const JobFacts& job) const;
    Transition prepare(const JobFacts& job, const workflow::expression::Contexts& contexts) const;
    model::Reason explain_no(const JobFacts& job) const;
    workflow::expression::StatusFacts status_of(const JobFacts& job) const;
    std::vector<std::size_t> list_ancestors(const JobFacts& job) const;
    const JobFacts* find(std::string_view key) const;

    std::vector<JobFacts>& jobs_;
    const workflow::expression::Contexts& contexts_;
    bool cancelled_;
};

/// The run's state from its jobs'.
void settle(const std::vector<JobFacts>& jobs, bool cancelled, Advance& answer);

}  // namespace triphammer::plan
