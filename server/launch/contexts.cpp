#include "launch/contexts.hpp"

#include "access/variables.hpp"
#include "plan/advance.hpp"
#include "plan/called_path.hpp"
#include "workflow/expression/value.hpp"

#include <nlohmann/json.hpp>

#include <list>
#include <utility>
#include <vector>

namespace triphammer::launch {

namespace {

namespace expression = workflow::expression;
using expression::Value;
using nlohmann::json;

/// A longer text, of an event with hundreds of commits, is not kept.
constexpr std::size_t kMostKeptBytes = std::size_t{64} << 10U;

/// In the order of the text, which toJSON shows.
expression::Object object_of(const std::string& text) {
    const auto value = expression::parse_json(text);
    const bool is_object = value && value->kind() == expression::Kind::object;
    return is_object ? value->as_object() : expression::Object{};
}

std::string key_of(const store::JobRow& job) {
    const auto definition = json::parse(job.definition_json, nullptr, false);
    return definition.is_object() ? definition.value("key", job.key) : job.key;
}

/// The jobs of a run as plan wants them; owns what they borrow.
struct RunView {
    std::vector<store::JobRow> rows;
    std::list<model::JobDefinition> definitions;
    plan::RunFacts facts;

    RunView(store::Connection& db, model::RunId run) : rows{store::list_jobs(db, run)} {
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

Result<expression::Object> make_needs(store::Connection& db, const store::JobRow& job) {
    if (job.needs_json == "[]") return expression::Object{};
    const RunView view{db, job.run};
    const auto text = plan::needs_context(view.facts, job.key);
    if (!text) return text.error();
    return object_of(*text);
}

/// Which file defines a job of a called workflow. Source: GitHub's page "Contexts reference", job
/// context.
expression::Object origin_of(
    store::Connection& db, const store::JobRow& job, const expression::Object& github
) {
    expression::Object out;
    for (const auto& row : store::list_jobs(db, job.run)) {
        if (row.key != job.parent) continue;
        const auto uses = json::parse(row.definition_json).value("uses", "");
        if (const auto remote = plan::parse_remote(uses)) {
            out.set("workflow_ref", Value::string(uses));
            out.set("workflow_sha", Value::string(remote->ref));
            break;
        }
        const auto contexts = Value::object(github);
        out.set(
            "workflow_ref",
            Value::string(
                contexts.member("repository").to_text() + "/" + uses.substr(uses.find('/') + 1) +
                "@" + contexts.member("ref").to_text()
            )
        );
        out.set("workflow_sha", contexts.member("workflow_sha"));
    }
    return out;
}

/// Of the environment that the job goes to, over the run's.
void add_variables(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    expression::Object& contexts
) {
    if (run.from_fork) return;
    const auto more = access::list_environment_variables(db, run.repository, job.environment);
    if (more.empty()) return;
    const auto* known = contexts.find("vars");
    const bool is_known = known != nullptr && known->kind() == expression::Kind::object;
    auto vars = is_known ? known->as_object() : expression::Object{};
    for (const auto& [name, value] : more) vars.set(name, Value::string(value));
    contexts.set("vars", Value::object(std::move(vars)));
}

}  // namespace

expression::Object PlannedContexts::read(const store::RunRow& run) {
    if (run.contexts_json.size() > kMostKeptBytes) return object_of(run.contexts_json);
    if (run.contexts_json != text_) {
        text_ = run.contexts_json;
        known_ = object_of(text_);
    }
    return known_;
}

Result<std::string> make_contexts(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    PlannedContexts& planned
) {
    auto contexts = planned.read(run);
    for (const auto& [name, value] : object_of(job.contexts_json)) contexts.set(name, value);
    if (contexts.find("strategy") == nullptr) contexts.set("strategy", plan::plain_strategy());
    // One that deploys a digest again carries what was needed the first time.
    if (job.needs_json != "[]" || contexts.find("needs") == nullptr) {
        auto needs = make_needs(db, job);
        if (!needs) return needs.error();
        contexts.set("needs", Value::object(std::move(*needs)));
    }
    const auto* known = contexts.find("github");
    const bool is_known = known != nullptr && known->kind() == expression::Kind::object;
    auto github = is_known ? known->as_object() : expression::Object{};
    github.set("run_id", Value::string(model::to_text(run.id)));
    github.set("run_number", Value::string(std::to_string(run.number)));
    github.set("run_attempt", Value::string(std::to_string(job.run_attempt)));
    github.set("job", Value::string(key_of(job)));
    if (!job.parent.empty()) contexts.set("job", Value::object(origin_of(db, job, github)));
    contexts.set("github", Value::object(std::move(github)));
    add_variables(db, run, job, contexts);
    return expression::to_compact_json(Value::object(std::move(contexts)));
}

}  // namespace triphammer::launch
