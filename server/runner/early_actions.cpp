#include "runner/early_actions.hpp"

#include "runner/action_step.hpp"
#include "runner/step_turn.hpp"
#include "runner/steps/list.hpp"

#include <algorithm>

namespace triphammer::runner {

bool has_early_actions(const std::vector<model::Step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const model::Step& step) {
        return is_remote_action(step) || has_early_actions(step.parallel);
    });
}

Task<StepResult> run_early_actions(StepScope& scope, StepExecutor& executor, int log) {
    for (const auto& listed : list_steps(scope.session().document().job.steps, log)) {
        const auto& step = *listed.step;
        if (!is_remote_action(step)) continue;
        StepTurn turn{scope, executor, step, {log, kEarly + std::to_string(listed.number)}};
        auto running = turn.run_early();
        auto result = co_await std::move(running);
        if (!result.is_failure()) continue;
        result.reason = step.uses + ", pre: " + result.reason;
        co_return result;
    }
    co_return StepResult{};
}

}  // namespace triphammer::runner
