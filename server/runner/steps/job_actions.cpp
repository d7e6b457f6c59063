#include "runner/steps/job_actions.hpp"

#include "runner/steps/scope.hpp"

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::StepState;

namespace {

Task<StepResult> decide_and_run(
    StepScope& job, StepExecutor& executor, PostStep& post, const StepPlace& place
) {
    const auto& text = post.condition().empty() ? std::string{"always()"} : post.condition();
    const auto wanted = expression::evaluate_condition(text, job.contexts(), job.status());
    if (!wanted) co_return failed_step(Cause::invalid, "post-if: " + wanted.error().message);
    if (!*wanted) {
        StepResult out;
        out.state = StepState::skipped;
        out.reason = "its condition is false: " + text;
        co_return out;
    }
    auto& session = job.session();
    auto& stop = session.is_stopped() ? session.last_stop() : session.stop();
    auto running = post.run(job, executor, place, stop);
    co_return co_await std::move(running);
}

}  // namespace

Task<StepResult> run_post_step(
    StepScope& job, StepExecutor& executor, PostStep& post, const StepPlace& place
) {
    auto running = decide_and_run(job, executor, post, place);
    auto result = co_await std::move(running);
    job.settle("", result, false);
    if (!result.is_failure()) co_return result;
    auto said = job.session().log(place.log, "##[error]" + result.reason + "\n");
    co_await std::move(said);
    co_return result;
}

}  // namespace triphammer::runner
