#include "queue/queue.hpp"
#include "store/delivery_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::queue {

using nlohmann::json;

namespace {

std::string to_json_text(const std::vector<model::Problem>& problems) {
    auto out = json::array();
    for (const auto& problem : problems) {
        const bool is_error = problem.severity == model::Problem::Severity::error;
        out.push_back({
            {"severity", is_error ? "error" : "warning"},
            {"line", problem.at.line},
            {"column", problem.at.column},
            {"code", problem.code},
            {"message", problem.message},
            {"hint", problem.hint},
        });
    }
    return out.dump();
}

store::NewRun make_run(const Origin& origin, const plan::PlannedRun& planned) {
    store::NewRun run;
    run.repository = origin.repository;
    run.workflow = planned.workflow;
    run.workflow_path = planned.path;
    run.event = planned.event;
    run.ref = planned.ref;
    run.sha = planned.sha;
    run.title = planned.title;
    run.actor = planned.actor;
    run.state = planned.state;
    run.cause = planned.cause;
    run.delivery = origin.delivery;
    const auto text = origin.texts.find(planned.path);
    if (text != origin.texts.end()) run.definition = text->second;
    run.from_fork = planned.from_fork;
    run.contexts_json = planned.contexts_json.empty() ? "{}" : planned.contexts_json;
    run.problems_json = to_json_text(planned.problems);
    return run;
}

store::NewJob make_job(const plan::PlannedJob& planned) {
    store::NewJob job;
    job.position = planned.position;
    job.key = planned.definition.key;
    job.name = planned.name;
    job.kind = planned.kind;
    job.stage = planned.stage;
    job.state = planned.state;
    job.cause = planned.cause;
    job.reason = planned.reason.text;
    job.needs_json = json(planned.needs).dump();
    job.label = planned.label;
    job.environment = planned.environment;
    job.continue_on_error = planned.continue_on_error;
    job.definition_json = json(planned.definition).dump();
    return job;
}

Result<model::RunId> create_run(
    store::Transaction& tx, const Origin& origin, const plan::PlannedRun& planned
) {
    auto run = store::insert_run(tx, make_run(origin, planned));
    if (!run) return run.error();
    for (const auto& planned_job : planned.jobs) {
        auto job = make_job(planned_job);
        job.run = *run;
        job.repository = origin.repository;
        store::insert_job(tx, job);
    }
    return *run;
}

Result<> finish_delivery(store::Transaction& tx, const Origin& origin, const plan::Plan& plan) {
    store::DeliveryEnd end;
    end.outcome =
        plan.runs.empty() ? model::DeliveryOutcome::ignored : model::DeliveryOutcome::started;
    end.reason = plan.reason.text;
    end.reasons_json = json(plan.reason).dump();
    end.repository = origin.repository;
    return store::finish_delivery(tx, origin.delivery, end);
}

}  // namespace

Result<std::vector<model::RunId>> create_runs(
    store::Transaction& tx, const Origin& origin, const plan::Plan& plan
) {
    if (origin.delivery) {
        if (auto finished = finish_delivery(tx, origin, plan); !finished) return finished.error();
    }
    std::vector<model::RunId> runs;
    for (const auto& planned : plan.runs) {
        auto run = create_run(tx, origin, planned);
        if (!run) return run.error();
        runs.push_back(*run);
    }
    return runs;
}

}  // namespace triphammer::queue
