#include "runner/step_scope.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace expression = workflow::expression;
using expression::Object;
using expression::Value;

namespace {

Value object_of(const protocol::Outputs& outputs) {
    Object out;
    for (const auto& [name, value] : outputs) out.set(name, Value::string(value));
    return Value::object(std::move(out));
}

}  // namespace

Environment StepScope::environment() const {
    auto out = session_.contexts().environment();
    if (layer_) out.put_over(layer_->environment);
    return out;
}

/// An action sees nothing of the caller's steps, inputs and secrets.
expression::Contexts StepScope::contexts_with(const Environment& environment) const {
    auto out = session_.contexts().contexts_with(environment);
    out.set("steps", Value::object(steps_));
    if (!layer_) return out;
    out.set("inputs", Value::object(layer_->inputs));
    out.set("secrets", Value::object({}));
    out.set("github", github());
    return out;
}

Value StepScope::github() const {
    auto members = session_.contexts().github().as_object();
    members.set("action_path", Value::string(layer_->path));
    members.set("action_repository", Value::string(layer_->repository));
    members.set("action_ref", Value::string(layer_->ref));
    members.set("action_status", Value::string(failure_ ? "failure" : "success"));
    return Value::object(std::move(members));
}

expression::StatusFacts StepScope::status() const {
    expression::StatusFacts out;
    out.cancelled = session_.is_stopped();
    out.failure = failure_ && !out.cancelled;
    out.success = !failure_ && !out.cancelled;
    return out;
}

void StepScope::settle(const std::string& id, const StepResult& result, bool forgiven) {
    if (!id.empty()) {
        const auto* outcome = outcome_name(result.state);
        Object step;
        step.set("outputs", object_of(result.outputs));
        step.set("outcome", Value::string(outcome));
        step.set("conclusion", Value::string(forgiven ? "success" : outcome));
        steps_.set(id, Value::object(std::move(step)));
    }
    if (result.is_failure() && !forgiven && !failure_) failure_ = result;
    if (layer_) return;
    session_.contexts().set_job_status(
        session_.is_stopped() ? "cancelled"
        : failure_            ? "failure"
                              : "success"
    );
}

std::optional<Milliseconds> StepScope::time_left() const {
    if (!layer_ || !layer_->until) return {};
    const auto left = *layer_->until - session_.parts().clock.instant();
    return std::max(std::chrono::duration_cast<Milliseconds>(left), Milliseconds{1});
}

model::Template StepScope::default_of(model::Template model::Defaults::*which) const {
    if (layer_) return {};
    const auto& document = session_.document();
    const auto& job = document.job.defaults.*which;
    return job.empty() ? document.workflow_defaults.*which : job;
}

}  // namespace triphammer::runner
