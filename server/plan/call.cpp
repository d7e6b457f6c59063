// Jobs that run another workflow: they begin with its inputs, and end with its jobs.
// Source: GitHub's page "Reuse workflows".
#include "plan/call.hpp"

#include "base/text.hpp"
#include "plan/matrix.hpp"
#include "plan/turn.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Contexts;
using expression::Object;
using expression::Value;
using model::JobState;

Result<Value> convert(Value value, const std::string& type) {
    if (type == "boolean") {
        if (value.kind() == expression::Kind::boolean) return value;
        const auto text = value.to_text();
        if (text == "true" || text == "false") return Value::boolean(text == "true");
        return invalid("'" + text + "' is neither true nor false");
    }
    if (type == "number") {
        const double number = value.to_number();
        if (std::isnan(number)) return invalid("'" + value.to_text() + "' is no number");
        return Value::number(number);
    }
    if (value.is_collection()) return invalid("it must be text");
    return Value::string(value.to_text());
}

}  // namespace

model::Data bind_input(const std::string& type, model::Data value) {
    model::Data kind;
    kind.kind = model::Data::Kind::text;
    kind.text = type;
    model::Data out;
    out.kind = model::Data::Kind::map;
    out.entries = {{"type", std::move(kind)}, {"value", std::move(value)}};
    return out;
}

Result<Value> read_bound_inputs(const model::JobDefinition& call, const Contexts& contexts) {
    Object out;
    for (const auto& [name, bound] : call.with) {
        const auto* type = bound.find("type");
        const auto* given = bound.find("value");
        if (type == nullptr || given == nullptr) continue;
        auto value = evaluate_data(*given, contexts);
        if (!value) return with_context("input '" + name + "'", value.error());
        auto converted = convert(std::move(*value), type->text);
        if (!converted) return with_context("input '" + name + "'", converted.error());
        out.set(name, std::move(*converted));
    }
    return Value::object(std::move(out));
}

/// Calls whose jobs have all ended end, too; and what belongs to one that has ended otherwise.
bool Turns::end_calls(Taken& taken) {
    bool moves = false;
    for (Index call = 0; call < jobs_.size(); ++call) {
        if (children_[call].empty()) continue;
        const auto& children = children_[call];
        if (jobs_[call].state == JobState::waiting) {
            const bool ended = std::all_of(children.begin(), children.end(), [this](Index child) {
                return is_final(jobs_[child].state);
            });
            if (!ended) continue;
            move(call, end_call(call), taken);
            moves = true;
        } else if (is_final(jobs_[call].state)) {
            for (const auto child : children) moves = leave(child, call, taken) || moves;
        }
    }
    return moves;
}

/// A job whose caller was skipped or stopped.
bool Turns::leave(Index job, Index call, Taken& taken) {
    if (is_final(jobs_[job].state) || jobs_[job].is_stopping) return false;
    const auto why = "'" + std::string{jobs_[call].key} + "', which calls its workflow, was ";
    if (jobs_[call].state != JobState::skipped) return stop(job, why + "ended", taken);
    Transition transition;
    transition.key = jobs_[job].key;
    transition.state = JobState::skipped;
    transition.reason = {false, "needs", why + "skipped", {}};
    move(job, std::move(transition), taken);
    return true;
}

Transition Turns::end_call(Index call) const {
    Transition out;
    out.key = jobs_[call].key;
    out.continue_on_error = jobs_[call].continue_on_error;
    const auto& children = children_[call];
    const auto result = result_and_outputs(children).member("result").to_text();
    const auto failed = std::find_if(children.begin(), children.end(), [this](Index child) {
        return result_of(jobs_[child]) == "failure";
    });
    if (failed != children.end()) {
        out.state = JobState::failed;
        out.cause = jobs_[*failed].cause;
        out.reason = {false, "call", "'" + std::string{jobs_[*failed].key} + "' failed", {}};
        return out;
    }
    out.state = result == "cancelled" ? JobState::cancelled
                : result == "skipped" ? JobState::skipped
                                      : JobState::succeeded;
    // With the commit that it was read at, where it is another repository's.
    out.reason = {true, "call", "ran " + jobs_[call].definition->uses, {}};
    auto outputs = read_outputs(call);
    if (outputs) {
        out.outputs_json = std::move(*outputs);
        return out;
    }
    out.state = JobState::failed;
    out.cause = model::Cause::invalid;
    out.reason = {false, "invalid", outputs.error().message, {}};
    return out;
}

/// `on.workflow_call.outputs`, which stand as the call's own.
Result<std::string> Turns::read_outputs(Index call) const {
    Object jobs;
    for (const auto child : children_[call]) {
        const auto& key = jobs_[child].definition->key;
        if (jobs.find(key) == nullptr) jobs.set(key, result_and_outputs(legs_of(node_of(child))));
    }
    auto contexts = contexts_;
    contexts.set("inputs", own_[call].inputs);
    contexts.set("jobs", Value::object(std::move(jobs)));
    Object out;
    for (const auto& [name, text] : jobs_[call].definition->outputs) {
        auto value = expression::interpolate(text.text, contexts);
        if (!value) return with_context("output '" + name + "'", value.error());
        out.set(name, Value::string(std::move(*value)));
    }
    return expression::to_compact_json(Value::object(std::move(out)));
}

Transition Turns::prepare_call(Index job, const Contexts& contexts) const {
    const auto& facts = jobs_[job];
    Transition out;
    out.key = facts.key;
    const auto fail = [&out](const std::string& what, const Error& error) {
        out.state = JobState::failed;
        out.cause = model::Cause::invalid;
        out.reason = {false, "invalid", what + ": " + error.message, {}};
        return out;
    };
    auto name = read_name(job, contexts);
    if (!name) return fail("name", name.error());
    const auto inputs = read_bound_inputs(*facts.definition, contexts);
    if (!inputs) return fail("with", inputs.error());
    auto groups = read_call_groups(job, contexts, *inputs);
    if (!groups) return fail("concurrency", groups.error());
    out.state = JobState::waiting;
    out.reason = {true, "call", "runs " + facts.definition->uses, {}};
    out.name = std::move(*name);
    out.groups = std::move(*groups);
    out.contexts_json = own_json(job, *inputs);
    return out;
}

/// The call's own, then that of the workflow, which sees the inputs that it gets.
Result<std::vector<Group>> Turns::read_call_groups(
    Index job, const Contexts& contexts, const Value& inputs
) const {
    const auto& definition = *jobs_[job].definition;
    std::vector<Group> groups;
    if (definition.concurrency) {
        auto own = read_group(*definition.concurrency, contexts);
        if (!own) return own.error();
        groups.push_back(std::move(*own));
    }
    if (!definition.called_concurrency) return groups;
    auto inside = contexts_;
    inside.set("inputs", inputs);
    auto called = read_group(*definition.called_concurrency, inside);
    if (!called) return with_context(definition.uses, called.error());
    const bool is_same = !groups.empty() && equal_ignoring_case(groups[0].name, called->name);
    if (!is_same) groups.push_back(std::move(*called));
    return groups;
}

std::string Turns::own_json(Index job, const Value& inputs) const {
    Object own{{"inputs", inputs}};
    if (own_[job].is_leg) {
        own.set("matrix", own_[job].matrix);
        own.set("strategy", own_[job].strategy);
    }
    return expression::to_compact_json(Value::object(std::move(own)));
}

}  // namespace triphammer::plan
