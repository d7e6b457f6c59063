#include "launch/passed_secrets.hpp"

#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::launch {

namespace {

namespace expression = workflow::expression;
using expression::Value;
using Secrets = std::vector<model::NamedSecret>;

Value value_of(const Secrets& secrets) {
    expression::Object out;
    for (const auto& secret : secrets) out.set(secret.name, Value::string(secret.value.reveal()));
    return Value::object(std::move(out));
}

/// What the calling job sees, and what it was called with itself.
expression::Contexts contexts_of(
    const store::RunRow& run, const store::JobRow& call, const store::JobRow* caller
) {
    expression::Contexts contexts;
    (void)contexts.add_json(run.contexts_json);
    const auto own = expression::parse_json(call.contexts_json);
    if (own) contexts.set("matrix", own->member("matrix"));
    if (caller == nullptr) return contexts;
    const auto outer = expression::parse_json(caller->contexts_json);
    if (outer) contexts.set("inputs", outer->member("inputs"));
    return contexts;
}

Result<Secrets> hand_on(
    const model::JobDefinition& call, expression::Contexts contexts, const Secrets& secrets
) {
    contexts.set("secrets", value_of(secrets));
    Secrets out;
    for (const auto& [name, text] : call.secrets) {
        auto value = expression::interpolate(text.text, contexts);
        if (!value) return with_context("secret '" + name + "'", value.error());
        out.push_back({name, Secret{std::move(*value)}});
    }
    return out;
}

}  // namespace

std::vector<store::JobRow> list_calls(
    const std::vector<store::JobRow>& jobs, const store::JobRow& job
) {
    std::vector<store::JobRow> calls;
    auto parent = job.parent;
    while (!parent.empty() && calls.size() < jobs.size()) {
        const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const store::JobRow& row) {
            return row.key == parent;
        });
        if (found == jobs.end()) break;
        calls.push_back(*found);
        parent = found->parent;
    }
    std::reverse(calls.begin(), calls.end());
    return calls;
}

Result<Secrets> pass_secrets(
    store::Connection& db, const store::RunRow& run, const store::JobRow& job, Secrets secrets
) {
    if (job.parent.empty()) return secrets;
    const auto calls = list_calls(store::list_jobs(db, run.id), job);
    const store::JobRow* caller = nullptr;
    for (const auto& call : calls) {
        const auto definition =
            nlohmann::json::parse(call.definition_json).get<model::JobDefinition>();
        if (!definition.inherits_secrets) {
            auto passed = hand_on(definition, contexts_of(run, call, caller), secrets);
            if (!passed) return passed.error();
            secrets = std::move(*passed);
        }
        caller = &call;
    }
    return secrets;
}

}  // namespace triphammer::launch
