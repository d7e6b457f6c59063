#include "plan/advance.hpp"

#include "queue/queue.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::queue {

using model::RunState;

namespace {

Result<model::JobDefinition> parse_definition(const store::JobRow& job) {
    const auto tree = nlohmann::json::parse(job.definition_json, nullptr, false);
    if (tree.is_discarded()) {
        return Error{Code::internal, "the definition of job " + to_text(job.id) + " is not JSON"};
    }
    return tree.get<model::JobDefinition>();
}

plan::JobFacts facts_of(const store::JobRow& job, const model::JobDefinition& definition) {
    plan::JobFacts facts;
    facts.key = job.key;
    facts.state = job.state;
    facts.cause = job.cause;
    facts.continue_on_error = job.continue_on_error;
    facts.definition = &definition;
    facts.outputs_json = job.outputs_json;
    return facts;
}

Result<> apply(
    store::Transaction& tx, const store::JobRow& job, const plan::Transition& transition
) {
    auto moved = store::move_job(
        tx,
        {.job = job.id,
         .from = job.state,
         .to = transition.state,
         .cause = transition.cause,
         .reason = transition.reason.text}
    );
    if (!moved || transition.state != model::JobState::queued) return moved;
    store::JobFacts facts;
    facts.name = transition.name;
    facts.label = transition.label;
    facts.environment = transition.environment;
    facts.continue_on_error = transition.continue_on_error;
    store::set_job_facts(tx, job.id, facts);
    return {};
}

Result<> apply_all(
    store::Transaction& tx,
    const std::vector<store::JobRow>& jobs,
    const std::vector<plan::Transition>& transitions
) {
    for (const auto& transition : transitions) {
        const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const store::JobRow& row) {
            return row.key == transition.key;
        });
        if (job == jobs.end()) return Error{Code::internal, "advance named an unknown job"};
        if (auto applied = apply(tx, *job, transition); !applied) return applied;
    }
    return {};
}

/// A run that has started does not look untouched again while its next job waits for a worker.
RunState shown_state(const store::RunRow& run, RunState answered) {
    if (answered == RunState::queued && run.started_at) return RunState::running;
    return answered;
}

Result<> settle_run(store::Transaction& tx, const store::RunRow& run, const plan::Advance& answer) {
    const auto state = shown_state(run, answer.run);
    if (state == run.state) return {};
    return store::move_run(
        tx, {.run = run.id, .from = run.state, .to = state, .cause = answer.cause}
    );
}

}  // namespace

Result<> advance_run(store::Transaction& tx, model::RunId id) {
    const auto run = store::find_run(tx, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto jobs = store::list_jobs(tx, id);
    std::vector<model::JobDefinition> definitions;
    for (const auto& job : jobs) {
        auto definition = parse_definition(job);
        if (!definition) return definition.error();
        definitions.push_back(std::move(*definition));
    }
    plan::RunFacts facts;
    facts.contexts_json = run->contexts_json;
    facts.cancelled = run->cancel_requested_at.has_value();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        facts.jobs.push_back(facts_of(jobs[i], definitions[i]));
    }
    const auto answer = plan::advance(facts);
    if (auto applied = apply_all(tx, jobs, answer.transitions); !applied) return applied;
    return settle_run(tx, *run, answer);
}

}  // namespace triphammer::queue
