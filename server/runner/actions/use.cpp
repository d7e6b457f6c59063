#include "runner/actions/use.hpp"

#include "runner/actions/name.hpp"

namespace triphammer::runner {

namespace {

class ProgramPost final : public PostStep {
  public:
    ProgramPost(
        std::string name,
        ActionUse use,
        workflow::ActionHook hook,
        std::shared_ptr<ActionRuntime> runtime
    )
        : name_{std::move(name)},
          use_{std::move(use)},
          hook_{std::move(hook)},
          runtime_{std::move(runtime)} {}

    std::string name() const override { return name_; }

    const std::string& condition() const override { return hook_.condition.text; }

    void add_states(const protocol::Outputs& states) {
        for (const auto& [name, value] : states) use_.states[name] = value;
    }

    /// What steps set meanwhile counts, under what the step itself had.
    Task<StepResult> run(
        StepScope& job, StepExecutor& executor, const StepPlace& place, execution::StopToken& stop
    ) override {
        auto own = job.environment();
        own.put_over(use_.own);
        use_.own = std::move(own);
        execution::ProcessLimits limits;
        limits.grace = std::chrono::seconds{job.session().document().grace_seconds};
        const ActionPlace at{job, executor, place, use_};
        auto running = runtime_->run(at, hook_.program, limits, stop);
        co_return co_await std::move(running);
    }

  private:
    std::string name_;
    ActionUse use_;
    workflow::ActionHook hook_;
    std::shared_ptr<ActionRuntime> runtime_;
};

Result<bool> wants_pre(const ActionCall& call, const FoundAction& found) {
    if (found.repository.empty() || found.action.pre.program.empty()) return false;
    const auto& condition = found.action.pre.condition.text;
    return workflow::expression::evaluate_condition(
        condition.empty() ? "always()" : condition, call.contexts, call.scope.status()
    );
}

Task<StepResult> run_pre(
    const ActionCall& call,
    const FoundAction& found,
    ActionUse& use,
    ActionRuntime& runtime,
    execution::StopToken& stop
) {
    const ActionPlace at{call.scope, call.executor, call.place, use};
    const auto wanted = wants_pre(call, found);
    if (!wanted) co_return failed_step(with_context("pre-if", wanted.error()));
    if (!*wanted) co_return StepResult{};
    auto before = runtime.run(at, found.action.pre.program, call.limits, stop);
    co_return co_await std::move(before);
}

Task<StepResult> run_early(
    const ActionCall& call,
    const FoundAction& found,
    ActionUse& use,
    ActionRuntime& runtime,
    execution::StopToken& stop
) {
    auto running = run_pre(call, found, use, runtime, stop);
    auto result = co_await std::move(running);
    call.scope.actions().early_states[call.place.key.substr(kEarly.size())] = result.states;
    co_return result;
}

Task<StepResult> run_main(
    const ActionCall& call,
    const FoundAction& found,
    ActionUse& use,
    ActionRuntime& runtime,
    execution::StopToken& stop
) {
    const auto& early = call.scope.actions().early_states;
    if (const auto known = early.find(call.place.key); known != early.end()) {
        use.states = known->second;
    } else {
        auto before = run_pre(call, found, use, runtime, stop);
        const auto result = co_await std::move(before);
        if (result.state != model::StepState::succeeded) co_return result;
        use.states = result.states;
    }
    const ActionPlace at{call.scope, call.executor, call.place, use};
    auto running = runtime.run(at, found.action.main, call.limits, stop);
    auto result = co_await std::move(running);
    result.states.insert(use.states.begin(), use.states.end());
    co_return result;
}

}  // namespace

Environment ActionPlace::environment(const StepProcess& process, const Environment& own) const {
    auto out = process.environment(own, use.action);
    out.put_over(use.extra);
    for (const auto& [name, value] : use.states) out.set("STATE_" + name, value);
    return out;
}

ActionUse make_use(const ActionCall& call, const ActionInputs& inputs) {
    ActionUse use;
    use.name = call.step.uses;
    use.action = action_name(call.scope.session().document().job.steps, call.step);
    use.own = call.environment;
    put_inputs(inputs, use.extra);
    return use;
}

Task<StepResult> run_programs(
    const ActionCall& call,
    const FoundAction& found,
    ActionUse use,
    std::shared_ptr<ActionRuntime> runtime,
    execution::StopToken& stop
) {
    if (!found.repository.empty()) {
        use.extra.set("GITHUB_ACTION_REPOSITORY", found.repository);
        use.extra.set("GITHUB_ACTION_REF", found.ref);
    }
    if (call.is_early) {
        auto before = run_early(call, found, use, *runtime, stop);
        co_return co_await std::move(before);
    }
    ProgramPost* post = nullptr;
    if (!found.action.post.program.empty()) {
        auto made = std::make_unique<ProgramPost>(post_name(call), use, found.action.post, runtime);
        post = made.get();
        call.scope.actions().posts.push_back(std::move(made));
    }
    auto running = run_main(call, found, use, *runtime, stop);
    auto result = co_await std::move(running);
    if (post != nullptr) post->add_states(result.states);
    co_return result;
}

}  // namespace triphammer::runner
