#include "queue/run_view.hpp"

#include "queue/trust.hpp"
#include "store/runs/concurrency_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::queue {

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
    facts.node = job.node;
    facts.parent = job.parent;
    facts.state = job.state;
    facts.cause = job.cause;
    facts.attempt = job.run_attempt;
    facts.continue_on_error = job.continue_on_error;
    facts.is_stopping = job.cancel_requested_at.has_value();
    facts.definition = &definition;
    facts.contexts_json = job.contexts_json;
    facts.outputs_json = job.outputs_json;
    return facts;
}

bool is_held_call(
    store::Connection& db, const store::JobRow& job, const model::JobDefinition& definition
) {
    const bool has_group = definition.concurrency || definition.called_concurrency;
    return definition.kind == "call" && has_group && job.state == model::JobState::waiting &&
           store::is_job_held(db, job.run, job.id);
}

}  // namespace

const store::JobRow* RunView::find(const std::string& key) const {
    const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const store::JobRow& row) {
        return row.key == key;
    });
    return found == jobs.end() ? nullptr : &*found;
}

Result<> read_run(store::Connection& db, const store::RunRow& run, RunView& view) {
    view.jobs = store::list_jobs(db, run.id);
    auto& facts = view.facts;
    facts.contexts_json = run.contexts_json;
    facts.id = to_text(run.id);
    facts.number = run.number;
    facts.attempt = run.attempt;
    facts.cancelled = run.cancel_requested_at.has_value();
    view.waits_for_trust = waits_for_trust(db, run);
    facts.held =
        view.waits_for_trust || (!run.concurrency_json.empty() && store::is_run_held(db, run.id));
    for (const auto& job : view.jobs) {
        auto definition = parse_definition(job);
        if (!definition) return definition.error();
        view.definitions.push_back(std::move(*definition));
        facts.jobs.push_back(facts_of(job, view.definitions.back()));
        facts.jobs.back().is_held = is_held_call(db, job, view.definitions.back());
    }
    return {};
}

}  // namespace triphammer::queue
