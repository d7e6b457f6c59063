#include "plan/turn.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <unordered_set>

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
    : jobs_(jobs), contexts_(contexts), cancelled_(cancelled) {}

std::vector<Transition> Turns::take_all() {
    std::vector<Transition> out;
    for (bool moved = true; moved;) {
        moved = false;
        for (auto& job : jobs_) {
            if (job.state != JobState::blocked || !is_ready(job)) continue;
            out.push_back(decide(job));
            job.state = out.back().state;
            job.cause = out.back().cause;
            moved = true;
        }
    }
    return out;
}

bool Turns::is_ready(const JobFacts& job) const {
    const auto& needs = job.definition->needs;
    return std::all_of(needs.begin(), needs.end(), [this](const auto& key) {
        const auto* need = find(key);
        return need == nullptr || is_final(need->state);
    });
}

Transition Turns::decide(const JobFacts& job) const {
    auto contexts = contexts_;
    contexts.set("needs", needs_of(job));
    const auto& condition = job.definition->condition.text;
    const auto wanted = expression::evaluate_condition(condition, contexts, status_of(job));
    if (!wanted) return make_invalid(job, "if", wanted.error());
    if (*wanted) return prepare(job, contexts);
    Transition out;
    out.key = job.key;
    out.state = cancelled_ ? JobState::cancelled : JobState::skipped;
    out.reason = explain_no(job);
    return out;
}

Transition Turns::prepare(const JobFacts& job, const Contexts& contexts) const {
    const auto& definition = *job.definition;
    auto name = expression::interpolate(definition.name.text, contexts);
    if (!name) return make_invalid(job, "name", name.error());
    auto label = read_label(definition, contexts);
    if (!label) return make_invalid(job, "runs-on", label.error());
    auto environment = expression::interpolate(definition.environment.text, contexts);
    if (!environment) return make_invalid(job, "environment", environment.error());
    const auto continues = read_flag(definition.continue_on_error, contexts);
    if (!continues) return make_invalid(job, "continue-on-error", continues.error());
    Transition out;
    out.key = job.key;
    out.reason = {
        true,
        "needs",
        definition.needs.empty() ? "it needs no other job" : "what it needs has ended",
        {}};
    out.name = trim(*name).empty() ? definition.key : std::move(*name);
    out.label = std::move(*label);
    out.environment = std::move(*environment);
    out.continue_on_error = *continues;
    return out;
}

model::Reason Turns::explain_no(const JobFacts& job) const {
    if (cancelled_) return {false, "cancelled", "the run was cancelled", {}};
    for (const auto at : list_ancestors(job)) {
        const auto result = result_of(jobs_[at]);
        if (result == "success") continue;
        const auto key = std::string{jobs_[at].key};
        const std::string_view verb = result == "failure"   ? "failed"
                                      : result == "skipped" ? "was skipped"
                                                            : "was cancelled";
        if (status_of(job).success) continue;
        return {false, "needs", "job '" + key + "', which it needs, " + std::string{verb}, {}};
    }
    return {false, "condition", "its condition is false: " + job.definition->condition.text, {}};
}

StatusFacts Turns::status_of(const JobFacts& job) const {
    StatusFacts status;
    status.cancelled = cancelled_;
    status.success = !cancelled_;
    for (const auto at : list_ancestors(job)) {
        const auto result = result_of(jobs_[at]);
        if (result != "success") status.success = false;
        if (result == "failure") status.failure = true;
    }
    return status;
}

/// Near ones first. A failure or a skip counts for the whole chain behind it.
std::vector<std::size_t> Turns::list_ancestors(const JobFacts& job) const {
    std::vector<std::size_t> found;
    std::unordered_set<std::string_view> seen;
    const auto add = [&](const JobFacts& one) {
        for (const auto& key : one.definition->needs) {
            const auto* need = find(key);
            if (need == nullptr || !seen.insert(need->key).second) continue;
            found.push_back(static_cast<std::size_t>(need - jobs_.data()));
        }
    };
    add(job);
    for (std::size_t i = 0; i < found.size(); ++i) add(jobs_[found[i]]);
    return found;
}

Value Turns::needs_of(const JobFacts& job) const {
    expression::Object out;
    for (const auto& key : job.definition->needs) {
        const auto* need = find(key);
        if (need == nullptr) continue;
        auto outputs = expression::parse_json(need->outputs_json);
        const bool is_object = outputs && outputs->kind() == expression::Kind::object;
        out.set(
            key,
            Value::object({
                {"result", Value::string(result_of(*need))},
                {"outputs", is_object ? std::move(*outputs) : Value::object({})},
            })
        );
    }
    return Value::object(std::move(out));
}

const JobFacts* Turns::find(std::string_view key) const {
    const auto found = std::find_if(jobs_.begin(), jobs_.end(), [key](const JobFacts& job) {
        return job.key == key;
    });
    return found == jobs_.end() ? nullptr : &*found;
}

}  // namespace triphammer::plan
