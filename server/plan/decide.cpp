// What becomes of a job that has its turn, and why.
#include "base/text.hpp"
#include "plan/matrix.hpp"
#include "plan/plain_text.hpp"
#include "plan/turn.hpp"
#include "workflow/expression/segments.hpp"

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Contexts;
using expression::StatusFacts;
using expression::Value;
using model::Cause;
using model::JobState;

Transition make_invalid(const JobFacts& job, std::string_view key, const Error& error) {
    Transition out;
    out.key = job.key;
    out.state = JobState::failed;
    out.cause = Cause::invalid;
    out.reason = {false, "invalid", std::string{key} + ": " + error.message, {}};
    return out;
}

Value outputs_of(const JobFacts& job) {
    const auto outputs = expression::parse_json(job.outputs_json);
    const bool is_object = outputs && outputs->kind() == expression::Kind::object;
    return is_object ? *outputs : Value::object({});
}

/// What a later leg left empty does not take away what an earlier one gave.
void merge(const Value& from, expression::Object& to) {
    for (const auto& [name, value] : from.as_object()) {
        const bool says_nothing = value.to_text().empty() && !value.is_collection();
        if (!says_nothing || to.find(name) == nullptr) to.set(name, value);
    }
}

/// Of all legs: one failure fails all, and skipped is only what was skipped as a whole.
std::string_view weigh(std::string_view before, std::string_view result) {
    for (const std::string_view heavier : {"failure", "cancelled", "success"}) {
        if (before == heavier || result == heavier) return heavier;
    }
    return result;
}

}  // namespace

Transition Turns::decide(Index job, Taken& taken) const {
    const auto& definition = *jobs_[job].definition;
    const auto contexts = contexts_of(job);
    const auto& condition = definition.condition.text;
    const auto wanted = expression::evaluate_condition(condition, contexts, status_of(job));
    if (!wanted) return make_invalid(jobs_[job], "if", wanted.error());
    if (!*wanted) {
        Transition out;
        out.key = jobs_[job].key;
        out.state = mode_.cancelled ? JobState::cancelled : JobState::skipped;
        out.reason = explain_no(job);
        return out;
    }
    if (!has_matrix(definition) || own_[job].is_leg) {
        return definition.kind == "call" ? prepare_call(job, contexts) : prepare(job, contexts);
    }
    auto legs = make_legs(definition, node_of(job), contexts);
    if (!legs) return make_invalid(jobs_[job], "strategy", legs.error());
    taken.expansions.push_back({std::string{jobs_[job].key}, std::move(*legs)});
    return {};
}

Contexts Turns::contexts_of(Index job) const {
    auto contexts = contexts_;
    contexts.set("needs", needs_of(job));
    if (parents_[job]) contexts.set("inputs", own_[*parents_[job]].inputs);
    if (!own_[job].is_leg) {
        contexts.set("strategy", plain_strategy());
        return contexts;
    }
    contexts.set("matrix", own_[job].matrix);
    contexts.set("strategy", own_[job].strategy);
    return contexts;
}

Transition Turns::prepare(Index job, const Contexts& contexts) const {
    const auto& facts = jobs_[job];
    const auto& definition = *facts.definition;
    auto name = read_name(job, contexts);
    if (!name) return make_invalid(facts, "name", name.error());
    auto label = read_label(definition, contexts);
    if (!label) return make_invalid(facts, "runs-on", label.error());
    auto environment = read_text(definition.environment, contexts);
    if (!environment) return make_invalid(facts, "environment", environment.error());
    const auto continues = read_flag(definition.continue_on_error, contexts);
    if (!continues) return make_invalid(facts, "continue-on-error", continues.error());
    auto group = read_group(definition, *environment, contexts);
    if (!group) return make_invalid(facts, "concurrency", group.error());
    Transition out;
    out.key = facts.key;
    const bool is_first = definition.needs.empty();
    out.reason = {
        true, "needs", is_first ? "it needs no other job" : "what it needs has ended", {}};
    out.name = std::move(*name);
    out.label = std::move(*label);
    out.environment = std::move(*environment);
    out.continue_on_error = *continues;
    if (!group->name.empty()) out.groups.push_back(std::move(*group));
    if (parents_[job]) out.contexts_json = own_json(job, own_[*parents_[job]].inputs);
    return out;
}

/// A leg's values stand behind its name, unless the name puts them in itself.
Result<std::string> Turns::read_name(Index job, const Contexts& contexts) const {
    const auto& text = jobs_[job].definition->name.text;
    auto name = expression::interpolate(text, contexts);
    if (!name) return name;
    if (trim(*name).empty()) return std::string{jobs_[job].key};
    if (parents_[job]) *name = std::string{jobs_[*parents_[job]].key} + " / " + *name;
    const bool is_plain = own_[job].is_leg && !expression::has_expression(text);
    if (!is_plain || own_[job].matrix.kind() != expression::Kind::object) return name;
    return *name + " " + to_suffix(own_[job].matrix.as_object());
}

model::Reason Turns::explain_no(Index job) const {
    if (mode_.cancelled) return {false, "cancelled", "the run was cancelled", {}};
    const auto& condition = jobs_[job].definition->condition.text;
    if (status_of(job).success) {
        return {false, "condition", "its condition is false: " + condition, {}};
    }
    const auto& culprit = jobs_[find_culprit(job)];
    const auto result = result_of(culprit);
    const std::string_view verb = result == "failure"   ? "failed"
                                  : result == "skipped" ? "was skipped"
                                                        : "was cancelled";
    const auto key = std::string{culprit.key};
    return {false, "needs", "job '" + key + "', which it needs, " + std::string{verb}, {}};
}

StatusFacts Turns::status_of(Index job) const {
    StatusFacts status;
    status.cancelled = mode_.cancelled;
    status.success = !mode_.cancelled;
    for (const auto need : needs_[job]) {
        status.success = status.success && past_[need].success;
        status.failure = status.failure || past_[need].failure;
    }
    return status;
}

/// The nearest job that keeps success() from being true.
Turns::Index Turns::find_culprit(Index job) const {
    for (;;) {
        Index next = job;
        for (const auto need : needs_[job]) {
            if (result_of(jobs_[need]) != "success") return need;
            if (!past_[need].success) next = need;
        }
        if (next == job) return job;
        job = next;
    }
}

/// Of the legs of one job, together.
Value Turns::result_and_outputs(const std::vector<Index>& legs) const {
    std::string_view result;
    expression::Object outputs;
    for (const auto leg : legs) {
        result = weigh(result, result_of(jobs_[leg]));
        merge(outputs_of(jobs_[leg]), outputs);
    }
    return Value::object({
        {"result", Value::string(result)},
        {"outputs", Value::object(std::move(outputs))},
    });
}

Value Turns::needs_of(Index job) const {
    expression::Object out;
    for (const auto& key : jobs_[job].definition->needs) {
        const auto& legs = legs_of(need_of(job, key));
        if (!legs.empty()) out.set(key, result_and_outputs(legs));
    }
    return Value::object(std::move(out));
}

}  // namespace triphammer::plan
