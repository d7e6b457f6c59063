#pragma once
// A job's turn: all its needs have ended (or it has none). Shared by make_plan and advance, so that
// there is one rule.

#include "plan/advance.hpp"
#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace triphammer::plan {

/// success, failure, cancelled or skipped, as in `needs.<job_id>.result`; a failure that
/// continue-on-error covers is a success.
std::string_view result_of(const JobFacts& job);

/// Works on the jobs' states as they are now, and changes them as it goes. Linear in jobs and
/// needs.
class Turns {
  public:
    /// What holds for the whole run.
    struct Mode {
        bool cancelled = false;
        bool held = false;
    };

    /// Borrows jobs and contexts (github, inputs, vars).
    Turns(std::vector<JobFacts>& jobs, const workflow::expression::Contexts& contexts, Mode mode);

    struct Step {
        std::size_t index = 0;  // of the job
        Transition transition;
    };

    struct Taken {
        std::vector<Step> steps;  // in the jobs' order
        std::vector<Expansion> expansions;
        std::vector<Stop> stops;
    };

    /// Until nothing moves any more.
    Taken take_all();

    workflow::expression::Value needs_of(std::size_t job) const;

  private:
    using Index = std::size_t;

    /// What stands behind a job: itself, its needs, their needs, …
    struct Past {
        bool success = true;
        bool failure = false;
    };

    /// A leg's own contexts.
    struct Own {
        bool is_leg = false;
        workflow::expression::Value matrix;
        workflow::expression::Value strategy;
        workflow::expression::Value inputs;  // that it hands to the workflow it calls
    };

    const std::vector<Index>& legs_of(const std::string& node) const;
    std::string node_of(Index job) const;
    std::string need_of(Index job, const std::string& key) const;
    void link(Index job);
    void link_calls();
    void read_own(Index job);

    bool is_ready(Index job) const;
    bool has_room(Index job) const;
    bool may_begin(Index job) const;
    bool take_ready(Taken& taken);
    void take(Index job, Taken& taken);
    void move(Index job, Transition transition, Taken& taken);
    bool stop_siblings(Taken& taken);
    bool stop_sibling(Index job, Index failed, Taken& taken);
    bool end_calls(Taken& taken);
    bool stop(Index job, std::string why, Taken& taken);
    bool leave(Index job, Index call, Taken& taken);
    Transition end_call(Index call) const;
    Result<std::string> read_outputs(Index call) const;

    Transition decide(Index job, Taken& taken) const;
    Transition prepare(Index job, const workflow::expression::Contexts& contexts) const;
    Transition prepare_call(Index job, const workflow::expression::Contexts& contexts) const;
    Result<std::vector<Group>> read_call_groups(
        Index job,
        const workflow::expression::Contexts& contexts,
        const workflow::expression::Value& inputs
    ) const;
    std::string own_json(Index job, const workflow::expression::Value& inputs) const;
    workflow::expression::Value result_and_outputs(const std::vector<Index>& legs) const;
    Result<std::string> read_name(Index job, const workflow::expression::Contexts& contexts) const;
    workflow::expression::Contexts contexts_of(Index job) const;
    model::Reason explain_no(Index job) const;
    workflow::expression::StatusFacts status_of(Index job) const;
    Index find_culprit(Index job) const;
    void keep_past(Index job);
    void keep_all_pasts();

    std::vector<JobFacts>& jobs_;
    const workflow::expression::Contexts& contexts_;
    Mode mode_;
    std::unordered_map<std::string, std::vector<Index>> by_node_;
    std::vector<std::vector<Index>> needs_;
    std::vector<std::vector<Index>> dependants_;
    std::vector<Past> past_;  // of jobs that have ended
    std::vector<Own> own_;
    std::deque<std::string> outputs_;  // of calls that ended in this turn; jobs_ borrows them
    std::vector<std::optional<Index>> parents_;
    std::vector<std::vector<Index>> children_;
    std::vector<bool> is_waiting_for_legs_;  // its matrix was just expanded
};

/// The run's state from its jobs'.
void settle(const std::vector<JobFacts>& jobs, bool cancelled, Advance& answer);

}  // namespace triphammer::plan
