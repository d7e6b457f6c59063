#include "runner/action_step.hpp"

#include "runner/action_composite.hpp"
#include "runner/actions/docker_action.hpp"
#include "runner/actions/find.hpp"
#include "runner/actions/node.hpp"
#include "runner/actions/table.hpp"

namespace triphammer::runner {

namespace {

Task<StepResult> run_found(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
) {
    switch (found.action.kind) {
        case workflow::Action::Kind::composite:
            return run_composite(call, found, std::move(inputs));
        case workflow::Action::Kind::node:
            return run_node_action(call, found, std::move(inputs), stop);
        case workflow::Action::Kind::docker:
            break;
    }
    return run_docker_action(call, found, std::move(inputs), stop);
}

/// Before the job's first step an action that cannot be had is no failure yet: perhaps nobody needs
/// it.
Task<StepResult> run_remote_early(const ActionCall& call, execution::StopToken& stop) {
    std::string remarks;
    auto finding = find_remote_action(call, stop, remarks);
    const auto found = co_await std::move(finding);
    if (!found) co_return StepResult{};
    const bool has_steps = found->action.kind == workflow::Action::Kind::composite;
    if (!has_steps && found->action.pre.program.empty()) co_return StepResult{};
    auto inputs = evaluate_inputs(call, found->action, remarks);
    if (!inputs) co_return has_steps ? StepResult{} : failed_step(inputs.error());
    auto running = run_found(call, *found, std::move(*inputs), stop);
    co_return co_await std::move(running);
}

/// GitHub runs `pre` of other repositories' actions at the job's start, and none of local ones.
Task<StepResult> run_read(const ActionCall& call, execution::StopToken& stop) {
    std::string remarks;
    const bool is_local = call.step.uses.starts_with("./");
    auto finding =
        is_local ? find_local_action(call, stop, remarks) : find_remote_action(call, stop, remarks);
    const auto found = co_await std::move(finding);
    if (!found) co_return failed_step(found.error());
    if (is_local && !found->action.pre.program.empty()) {
        remarks += "##[warning]the action's 'pre' is not run: GitHub runs none of local actions\n";
    }
    auto inputs = evaluate_inputs(call, found->action, remarks);
    auto saying = call.scope.session().log(call.place.log, std::move(remarks));
    co_await std::move(saying);
    if (!inputs) co_return failed_step(inputs.error());
    auto running = run_found(call, *found, std::move(*inputs), stop);
    co_return co_await std::move(running);
}

}  // namespace

bool is_remote_action(const model::Step& step) {
    const std::string_view uses = step.uses;
    return !uses.empty() && !uses.starts_with("./") && !uses.starts_with("docker://") &&
           find_built_in(uses) == nullptr;
}

Task<StepResult> run_action_step(const ActionCall& call, execution::StopToken& stop) {
    if (call.is_early) return run_remote_early(call, stop);
    const std::string_view uses = call.step.uses;
    if (const auto* built_in = find_built_in(uses)) return run_built_in(*built_in, call, stop);
    if (uses.starts_with("docker://")) return run_image_step(call, stop);
    return run_read(call, stop);
}

}  // namespace triphammer::runner
