#include "runner/steps/scope.hpp"

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
    auto out = variables();
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
    keep(id, result, forgiven);
    if (result.is_failure() && !forgiven && !failure_) failure_ = result;
    if (layer_ || changes_) return;
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

void StepScope::keep(const std::string& id, const StepResult& result, bool forgiven) {
    if (id.empty()) return;
    const auto* outcome = outcome_name(result.state);
    Object step;
    step.set("outputs", object_of(result.outputs));
    step.set("outcome", Value::string(outcome));
    step.set("conclusion", Value::string(forgiven ? "success" : outcome));
    steps_.set(id, Value::object(std::move(step)));
}

StepScope StepScope::fork(execution::StopToken& stop) const {
    auto out = *this;
    out.changes_.emplace().environment = session_.contexts().environment();
    out.own_stop_ = &stop;
    return out;
}

void StepScope::join(
    const StepScope& fork, const std::string& id, const StepResult& result, bool forgiven
) {
    keep(id, result, forgiven);
    if (!fork.changes_) return;
    for (const auto& [name, value] : fork.changes_->variables) set_variable(name, value);
    for (const auto& [path, usual] : fork.changes_->paths) put_on_path(path, usual);
}

/// What runs after a cancel has a limit of its own.
execution::StopToken& StepScope::stop() {
    if (own_stop_ != nullptr) return *own_stop_;
    if (outer_ != nullptr) return outer_->stop();
    return session_.is_stopped() ? session_.last_stop() : session_.stop();
}

const Environment& StepScope::variables() const {
    if (outer_ != nullptr) return outer_->variables();
    return changes_ ? changes_->environment : session_.contexts().environment();
}

void StepScope::set_variable(const std::string& name, const std::string& value) {
    if (outer_ != nullptr) return outer_->set_variable(name, value);
    if (changes_) changes_->variables.emplace_back(name, value);
    auto& to = changes_ ? changes_->environment : session_.contexts().environment();
    to.set(name, value);
}

void StepScope::put_on_path(const std::string& path, const std::string& usual) {
    if (outer_ != nullptr) return outer_->put_on_path(path, usual);
    if (changes_) changes_->paths.emplace_back(path, usual);
    auto& to = changes_ ? changes_->environment : session_.contexts().environment();
    const auto* known = to.find("PATH");
    to.set("PATH", path + ":" + (known != nullptr ? *known : usual));
}

model::Template StepScope::default_of(model::Template model::Defaults::*which) const {
    if (layer_) return {};
    const auto& document = session_.document();
    const auto& job = document.job.defaults.*which;
    return job.empty() ? document.workflow_defaults.*which : job;
}

}  // namespace triphammer::runner
