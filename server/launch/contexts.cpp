#include "launch/contexts.hpp"

#include "plan/advance.hpp"

#include <nlohmann/json.hpp>

#include <list>
#include <utility>
#include <vector>

namespace triphammer::launch {

namespace {

using nlohmann::json;

json object_of(const std::string& text) {
    auto value = json::parse(text, nullptr, false);
    return value.is_object() ? std::move(value) : json::object();
}

/// A job and those that it may need, as plan wants them; owns what they borrow.
struct RunView {
    using Rows = std::vector<store::JobRow>;

    Rows rows;
    std::list<model::JobDefinition> definitions;
    plan::RunFacts facts;

    RunView(store::Connection& db, const store::JobRow& one)
        : rows{one.needs_json == "[]" ? Rows{one} : store::list_jobs(db, one.run)} {
        for (const auto& row : rows) {
            definitions.push_back(json::parse(row.definition_json).get<model::JobDefinition>());
            plan::JobFacts job;
            job.key = row.key;
            job.node = row.node;
            job.parent = row.parent;
            job.state = row.state;
            job.cause = row.cause;
            job.continue_on_error = row.continue_on_error;
            job.definition = &definitions.back();
            job.outputs_json = row.outputs_json;
            facts.jobs.push_back(job);
        }
    }
};

}  // namespace

Result<std::string> make_contexts(
    store::Connection& db, const store::RunRow& run, const store::JobRow& job
) {
    auto contexts = object_of(run.contexts_json);
    const auto own = object_of(job.contexts_json);  // named: items() refers to it
    for (const auto& [name, value] : own.items()) contexts[name] = value;
    const RunView view{db, job};
    const auto needs = plan::needs_context(view.facts, job.key);
    if (!needs) return needs.error();
    contexts["needs"] = object_of(*needs);
    auto& github = contexts["github"];
    github["run_id"] = model::to_text(run.id);
    github["run_number"] = std::to_string(run.number);
    github["run_attempt"] = std::to_string(run.attempt);
    github["job"] = object_of(job.definition_json).value("key", job.key);
    return contexts.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace triphammer::launch
