#include "runner/action_composite.hpp"

#include "runner/action_step.hpp"
#include "runner/actions/find.hpp"
#include "runner/step_turn.hpp"

#include <algorithm>
#include <iterator>

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::StepState;

namespace {

class Composite {
  public:
    Composite(const ActionCall& call, const FoundAction& found, ActionLayer layer)
        : call_{call}, found_{found}, scope_{call.scope, std::move(layer)} {}

    Task<StepResult> run() {
        const auto& steps = found_.action.steps;
        for (std::size_t at = 0; at < steps.size(); ++at) {
            auto one = run_one(steps[at], place_of(at));
            co_await std::move(one);
        }
        co_return result();
    }

    /// What its steps' actions do before the job's first step, each in its turn; the first failure.
    Task<StepResult> run_early() {
        const auto& steps = found_.action.steps;
        for (std::size_t at = 0; at < steps.size(); ++at) {
            if (!is_remote_action(steps[at])) continue;
            StepTurn turn{scope_, call_.executor, steps[at], place_of(at)};
            auto running = turn.run_early();
            auto one = co_await std::move(running);
            if (!one.is_failure()) continue;
            one.reason = steps[at].uses + ": " + one.reason;
            co_return one;
        }
        co_return StepResult{};
    }

  private:
    StepPlace place_of(std::size_t at) const {
        return {call_.place.log, call_.place.key + "_" + std::to_string(at + 1)};
    }

    /// Each in a group of its own: a reader sees which one failed.
    Task<> run_one(const model::Step& step, StepPlace place) {
        StepTurn turn{scope_, call_.executor, step, std::move(place)};
        auto preparing = turn.prepare();
        co_await std::move(preparing);
        const auto name = turn.name();
        auto opening = say("##[group]" + name + "\n");
        co_await std::move(opening);
        auto running = turn.run();
        auto one = co_await std::move(running);
        std::string words;
        if (one.state == StepState::skipped) words = "Skipped: " + one.reason + "\n";
        auto closing = say(words + "##[endgroup]\n");
        co_await std::move(closing);
        std::move(one.annotations.begin(), one.annotations.end(), std::back_inserter(annotations_));
        if (failed_name_.empty() && scope_.failure()) failed_name_ = name;
    }

    Task<> say(std::string words) {
        auto saying = call_.scope.session().log(call_.place.log, std::move(words));
        co_await std::move(saying);
    }

    StepResult result() {
        StepResult out;
        if (scope_.session().is_stopped()) {
            out = stopped_step(scope_.session());
        } else if (const auto& failure = scope_.failure()) {
            out = *failure;
            out.reason = "step '" + failed_name_ + "' of " + call_.step.uses + ": " + out.reason;
        }
        out.annotations = std::move(annotations_);
        out.outputs.clear();
        const auto contexts = scope_.contexts();
        for (const auto& [name, text] : found_.action.outputs) {
            auto value = expression::interpolate(text.text, contexts);
            if (value) {
                out.outputs[name] = std::move(*value);
            } else if (out.state == StepState::succeeded) {
                out = failed_step(
                    Cause::invalid, "the output " + name + ": " + value.error().message
                );
            }
        }
        return out;
    }

    const ActionCall& call_;
    const FoundAction& found_;
    StepScope scope_;
    std::string failed_name_;
    std::vector<protocol::Annotation> annotations_;
};

}  // namespace

Task<StepResult> run_composite(
    const ActionCall& call, const FoundAction& found, ActionInputs inputs
) {
    ActionLayer layer;
    const auto* outer = call.scope.layer();
    layer.depth = outer == nullptr ? 1 : outer->depth + 1;
    if (layer.depth > kDeepestAction) {
        co_return failed_step(
            Cause::invalid,
            call.step.uses + ": more than " + std::to_string(kDeepestAction) +
                " actions inside each other"
        );
    }
    layer.inputs = std::move(inputs);
    if (outer != nullptr) layer.environment = outer->environment;
    auto seen = call.scope.contexts();
    seen.outside = call.contexts.outside;
    auto own = layer.environment.add(call.step.env, seen);
    if (!own) co_return failed_step(own.error());
    layer.path = found.path;
    layer.repository = found.repository;
    layer.ref = found.ref;
    layer.is_of_steps = is_of_steps(found, outer, call.executor.folders());
    if (call.limits.deadline) {
        layer.until = call.scope.session().parts().clock.instant() + *call.limits.deadline;
    }
    Composite composite{call, found, std::move(layer)};
    auto running = call.is_early ? composite.run_early() : composite.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
