#include "plan/advance.hpp"

#include "plan/turn.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;

/// Contexts that nobody can read fail the jobs that ask for them, not the caller.
expression::Contexts read_contexts(std::string_view json) {
    expression::Contexts contexts;
    (void)contexts.add_json(json);
    return contexts;
}

}  // namespace

Advance advance(const RunFacts& run) {
    auto jobs = run.jobs;
    const auto contexts = read_contexts(run.contexts_json);
    Turns turns{jobs, contexts, run.cancelled};
    Advance answer;
    for (auto& step : turns.take_all()) answer.transitions.push_back(std::move(step.transition));
    settle(jobs, run.cancelled, answer);
    return answer;
}

Result<std::string> needs_context(const RunFacts& run, std::string_view key) {
    auto jobs = run.jobs;
    const auto found = std::find_if(jobs.begin(), jobs.end(), [key](const JobFacts& job) {
        return job.key == key;
    });
    if (found == jobs.end()) return not_found("the run has no job '" + std::string{key} + "'");
    const expression::Contexts contexts;
    const Turns turns{jobs, contexts, run.cancelled};
    return expression::to_compact_json(turns.needs_of(static_cast<std::size_t>(found - jobs.begin())
    ));
}

}  // namespace triphammer::plan
