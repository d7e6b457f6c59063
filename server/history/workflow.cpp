#include "history/json.hpp"
#include "plan/contexts.hpp"
#include "plan/resolved.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"
#include "workflow/reader.hpp"

#include <algorithm>

namespace triphammer::history {

namespace {

using nlohmann::ordered_json;

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

plan::ResolvedRun lend(
    const Lent& lent,
    const store::RunRow& run,
    const model::Workflow* workflow,
    const plan::Hide& hide
) {
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
    return resolved;
}

/// The workflow's text and what it says; the second of it is none where it cannot be read.
struct Written {
    std::optional<std::string> text;
    std::optional<model::Workflow> workflow;
};

Written read_written(store::Connection& db, const store::RunRow& run) {
    auto text = store::find_definition(db, run.definition_sha256);
    auto read = workflow::read_workflow(run.workflow_path, text.value_or(""));
    return {std::move(text), std::move(read.workflow)};
}

/// In the order in which the journal counts them: those of a group before the group itself.
std::vector<ordered_json> list_steps(const ordered_json& job) {
    std::vector<ordered_json> out;
    for (const auto& step : job.value("steps", ordered_json::array())) {
        for (const auto& inner : step.value("parallel", ordered_json::array())) {
            out.push_back(inner);
        }
        out.push_back(step);
    }
    return out;
}

/// The journal's number of the workflow's first step. Where actions of other repositories are
/// fetched, that is a step before it, whose name the workflow's first one may have, too.
std::int64_t first_number(
    const std::vector<store::StepRow>& rows, const std::vector<ordered_json>& steps
) {
    constexpr const char* kName = "Set up actions";
    const auto is_called_so = [&](std::int64_t number) {
        return std::any_of(rows.begin(), rows.end(), [&](const store::StepRow& row) {
            return row.number == number && row.id.empty() && row.name == kName;
        });
    };
    if (!is_called_so(1)) return 1;
    const bool has_name = !steps.empty() && !steps[0].contains("id") &&
                          steps[0].value("name", ordered_json{}) == kName;
    return has_name && !is_called_so(2) ? 1 : 2;
}

ordered_json describe_definition(const ordered_json& step, const ordered_json& job) {
    auto out = ordered_json::object();
    for (const auto* key : {"run", "uses", "with", "shell"})
        out[key] = step.value(key, ordered_json{});
    out["working_directory"] = step.value("working-directory", ordered_json{});
    auto env = job.value("env", ordered_json::object());
    if (!env.is_object()) env = {{"<<", env}};
    if (const auto own = step.find("env"); own != step.end() && own->is_object()) env.update(*own);
    out["env"] = std::move(env);
    return out;
}

/// The job as it was resolved; empty where it is not one of the run's.
ordered_json resolve_one_job(
    store::Connection& db, const store::RunRow& run, model::JobId job, const plan::Hide& hide
) {
    const auto written = read_written(db, run);
    const auto lent = read_jobs(db, run.id);
    const auto resolved = lend(lent, run, written.workflow ? &*written.workflow : nullptr, hide);
    for (std::size_t i = 0; i < lent.rows.size(); ++i) {
        if (lent.rows[i].id == job) return plan::resolve_job(resolved, resolved.jobs[i]);
    }
    return ordered_json::object();
}

/// By the number that the journal has for the step.
ordered_json describe_step_of(
    const ordered_json& job, const std::vector<store::StepRow>& rows, std::int64_t number
) {
    const auto steps = list_steps(job);
    const auto index = number - first_number(rows, steps);
    const bool is_own = index >= 0 && index < static_cast<std::int64_t>(steps.size());
    if (!is_own) return describe_definition(ordered_json::object(), ordered_json::object());
    return describe_definition(steps[static_cast<std::size_t>(index)], job);
}

}  // namespace

Result<std::string> get_workflow(store::Connection& db, model::RunId id, const plan::Hide& hide) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto written = read_written(db, *run);
    const auto lent = read_jobs(db, id);
    const auto* workflow = written.workflow ? &*written.workflow : nullptr;
    const auto& text = written.text;
    return to_text({
        {"path", run->workflow_path},
        {"definition_sha", run->definition_sha256},
        {"text", text ? json(*text) : json(nullptr)},
        {"resolved", plan::write_resolved(lend(lent, *run, workflow, hide))},
    });
}

Result<std::string> get_step(
    store::Connection& db,
    model::RunId id,
    model::Fence fence,
    std::int64_t number,
    const plan::Hide& hide
) {
    const auto run = store::find_run(db, id);
    const auto attempt = store::find_attempt(db, fence);
    if (!run || !attempt) return not_found("there is no run " + to_text(id));
    const auto rows = store::list_steps(db, fence);
    const auto row = std::find_if(rows.begin(), rows.end(), [number](const store::StepRow& each) {
        return each.number == number;
    });
    if (row == rows.end())
        return not_found("there is no step " + std::to_string(number) + " (yet)");
    auto out = describe_step_of(resolve_one_job(db, *run, attempt->job, hide), rows, number);
    out["number"] = number;
    out["name"] = row->name;
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace triphammer::history
