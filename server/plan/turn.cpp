#include "plan/turn.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <unordered_map>

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

/// Labels of runs-on, joined; a job of ours without runs-on runs on the host.
Result<std::string> read_label(const model::JobDefinition& job, const Contexts& contexts) {
    std::vector<std::string> labels;
    for (const auto& one : job.runs_on) {
        const auto value = expression::evaluate_template(one.text, contexts);
        if (!value) return value.error();
        if (value->kind() == expression::Kind::array) {
            for (const auto& item : value->as_array()) labels.push_back(item.to_text());
        } else {
            labels.push_back(value->to_text());
        }
    }
    if (job.runs_on.empty()) labels.emplace_back("host");
    for (const auto& label : labels) {
        if (trim(label).empty()) return invalid("a label is empty");
    }
    if (labels.empty()) return invalid("there is no label");
    return join(labels, ",");
}

Result<bool> read_flag(const model::Template& text, const Contexts& contexts) {
    if (text.empty()) return false;
    const auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return value.error();
    if (value->kind() == expression::Kind::boolean) return value->as_boolean();
    const auto word = value->to_text();
    if (word == "true" || word == "false" || word.empty()) return word == "true";
    return invalid("'" + word + "' is neither true nor false");
}

}  // namespace

std::string_view result_of(const JobFacts& job) {
    switch (job.state) {
        case JobState::succeeded:
            return "success";
        case JobState::failed:
        case JobState::timed_out:
            return job.continue_on_error ? "success" : "failure";
        case JobState::cancelled:
            return "cancelled";
        case JobState::skipped:
            return "skipped";
        default:
            return "";
    }
}

Turns::Turns(std::vector<JobFacts>& jobs, const Contexts& contexts, bool cancelled)
    : jobs_(jobs),
      contexts_(contexts),
      cancelled_(cancelled),
      needs_(jobs.size()),
      dependants_(jobs.size()),
      past_(jobs.size()) {
    std::unordered_map<std::string_view, Index> by_key;
    for (Index i = 0; i < jobs.size(); ++i) by_key[jobs[i].key] = i;
    for (Index i = 0; i < jobs.size(); ++i) {
        for (const auto& key : jobs[i].definition->needs) {
            const auto found = by_key.find(key);
            if (found == by_key.end()) continue;
            needs_[i].push_back(found->second);
            dependants_[found->second].push_back(i);
        }
    }
    keep_all_pasts();
}

std::vector<Turns::Step> Turns::take_all() {
    std::vector<Step> out;
    std::vector<Index> ready;
    for (Index i = 0; i < jobs_.size(); ++i) {
        if (is_ready(i)) ready.push_back(i);
    }
    for (Index at = 0; at < ready.size(); ++at) {
        const auto job = ready[at];
        if (!is_ready(job)) continue;
        out.push_back({job, decide(job)});
        jobs_[job].state = out.back().transition.state;
        jobs_[job].cause = out.back().transition.cause;
        if (is_final(jobs_[job].state)) keep_past(job);
        for (const auto next : dependants_[job]) {
            if (is_ready(next)) ready.push_back(next);
        }
    }
    std::sort(out.begin(), out.end(), [](const Step& a, const Step& b) {
        return a.index < b.index;
    });
    return out;
}

bool Turns::is_ready(Index job) const {
    if (jobs_[job].state != JobState::blocked) return false;
    return std::all_of(needs_[job].begin(), needs_[job].end(), [this](Index need) {
        return is_final(jobs_[need].state);
    });
}

Transition Turns::decide(Index job) const {
    auto contexts = contexts_;
    contexts.set("needs", needs_of(job));
    const auto& condition = jobs_[job].definition->condition.text;
    const auto wanted = expression::evaluate_condition(condition, contexts, status_of(job));
    if (!wanted) return make_invalid(jobs_[job], "if", wanted.error());
    if (*wanted) return prepare(job, contexts);
    Transition out;
    out.key = jobs_[job].key;
    out.state = cancelled_ ? JobState::cancelled : JobState::skipped;
    out.reason = explain_no(job);
    return out;
}

Transition Turns::prepare(Index job, const Contexts& contexts) const {
    const auto& facts = jobs_[job];
    const auto& definition = *facts.definition;
    auto name = expression::interpolate(definition.name.text, contexts);
    if (!name) return make_invalid(facts, "name", name.error());
    auto label = read_label(definition, contexts);
    if (!label) return make_invalid(facts, "runs-on", label.error());
    auto environment = expression::interpolate(definition.environment.text, contexts);
    if (!environment) return make_invalid(facts, "environment", environment.error());
    const auto continues = read_flag(definition.continue_on_error, contexts);
    if (!continues) return make_invalid(facts, "continue-on-error", continues.error());
    Transition out;
    out.key = facts.key;
    const bool is_first = definition.needs.empty();
    out.reason = {
        true, "needs", is_first ? "it needs no other job" : "what it needs has ended", {}};
    out.name = trim(*name).empty() ? definition.key : *name;
    out.label = std::move(*label);
    out.environment = std::move(*environment);
    out.continue_on_error = *continues;
    return out;
}

model::Reason Turns::explain_no(Index job) const {
    if (cancelled_) return {false, "cancelled", "the run was cancelled", {}};
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
    status.cancelled = cancelled_;
    status.success = !cancelled_;
    for (const auto need : needs_[job]) {
        status.success = status.success && past_[need].success;
        status.failure = status.failure || past_[need].failure;
    }
    return status;
}

/// A failure or a skip counts for the whole chain behind it.
void Turns::keep_past(Index job) {
    const auto result = result_of(jobs_[job]);
    Past past{result == "success", result == "failure"};
    for (const auto need : needs_[job]) {
        past.success = past.success && past_[need].success;
        past.failure = past.failure || past_[need].failure;
    }
    past_[job] = past;
}

/// Needs before what needs them, so that each past stands on finished ones.
void Turns::keep_all_pasts() {
    std::vector<std::size_t> open(jobs_.size());
    std::vector<Index> order;
    for (Index i = 0; i < jobs_.size(); ++i) {
        open[i] = needs_[i].size();
        if (open[i] == 0) order.push_back(i);
    }
    for (Index at = 0; at < order.size(); ++at) {
        const auto job = order[at];
        if (is_final(jobs_[job].state)) keep_past(job);
        for (const auto next : dependants_[job]) {
            if (--open[next] == 0) order.push_back(next);
        }
    }
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

Value Turns::needs_of(Index job) const {
    expression::Object out;
    for (const auto need : needs_[job]) {
        const auto& facts = jobs_[need];
        const auto outputs = expression::parse_json(facts.outputs_json);
        const bool is_object = outputs && outputs->kind() == expression::Kind::object;
        out.set(
            facts.key,
            Value::object({
                {"result", Value::string(result_of(facts))},
                {"outputs", is_object ? *outputs : Value::object({})},
            })
        );
    }
    return Value::object(std::move(out));
}

}  // namespace triphammer::plan
