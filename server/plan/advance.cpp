#include "plan/advance.hpp"

#include "plan/contexts.hpp"
#include "plan/turn.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;

/// Contexts that nobody can read fail the jobs that ask for them, not the caller.
expression::Contexts contexts_of(const RunFacts& run) {
    const RunNumbers numbers{run.id, std::to_string(run.number), std::to_string(run.attempt)};
    return read_contexts(run.contexts_json, numbers);
}

}  // namespace

Advance advance(const RunFacts& run) {
    auto jobs = run.jobs;
    const auto contexts = contexts_of(run);
    Turns turns{jobs, contexts, {run.cancelled, run.held}};
    auto taken = turns.take_all();
    Advance answer;
    for (auto& step : taken.steps) answer.transitions.push_back(std::move(step.transition));
    answer.expansions = std::move(taken.expansions);
    answer.stops = std::move(taken.stops);
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
    const Turns turns{jobs, contexts, {}};
    return expression::to_compact_json(turns.needs_of(static_cast<std::size_t>(found - jobs.begin())
    ));
}

}  // namespace triphammer::plan
