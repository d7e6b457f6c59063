#include "history/json.hpp"
#include "plan/contexts.hpp"
#include "plan/resolved.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "workflow/reader.hpp"

namespace triphammer::history {

namespace {

/// What the rows lend to plan::ResolvedJob.
struct Lent {
    std::vector<store::JobRow> rows;
    std::vector<model::JobDefinition> definitions;
};

Lent read_jobs(store::Connection& db, model::RunId run) {
    Lent lent{store::list_jobs(db, run), {}};
    for (const auto& row : lent.rows) {
        const auto tree = json::parse(row.definition_json, nullptr, false);
        const bool is_read = !tree.is_discarded();
        lent.definitions.push_back(
            is_read ? tree.get<model::JobDefinition>() : model::JobDefinition{}
        );
    }
    return lent;
}

std::vector<std::string> read_needs(const store::JobRow& row) {
    const auto needs = parse_column(row.needs_json);
    return needs.is_array() ? needs.get<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string resolve(
    store::Connection& db,
    const store::RunRow& run,
    const model::Workflow* workflow,
    const plan::Hide& hide
) {
    const auto lent = read_jobs(db, run.id);
    const plan::RunNumbers numbers{
        to_text(run.id), std::to_string(run.number), std::to_string(run.attempt)};
    plan::ResolvedRun resolved;
    resolved.hide = hide;
    resolved.title = run.title;
    resolved.contexts = plan::read_contexts(run.contexts_json, numbers);
    resolved.workflow = workflow;
    for (std::size_t i = 0; i < lent.rows.size(); ++i) {
        const auto& row = lent.rows[i];
        resolved.jobs.push_back(
            {row.key,
             row.parent,
             row.name,
             read_needs(row),
             &lent.definitions[i],
             row.contexts_json}
        );
    }
    return plan::write_resolved(resolved);
}

}  // namespace

Result<std::string> get_workflow(store::Connection& db, model::RunId id, const plan::Hide& hide) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto text = store::find_definition(db, run->definition_sha256);
    const auto read = workflow::read_workflow(run->workflow_path, text.value_or(""));
    const auto* workflow = read.workflow ? &*read.workflow : nullptr;
    return to_text({
        {"path", run->workflow_path},
        {"definition_sha", run->definition_sha256},
        {"text", text ? json(*text) : json(nullptr)},
        {"resolved", resolve(db, *run, workflow, hide)},
    });
}

}  // namespace triphammer::history
