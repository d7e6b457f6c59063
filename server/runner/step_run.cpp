#include "runner/step_run.hpp"

#include "execution/shell.hpp"
#include "runner/action_name.hpp"
#include "runner/action_step.hpp"
#include "runner/step_files.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::StepState;
using std::chrono::milliseconds;

namespace {

constexpr double kMillisecondsPerMinute = 60'000;
constexpr double kMostMinutes = 60.0 * 24 * 30;

}  // namespace

StepRun::StepRun(
    StepScope& scope, StepExecutor& executor, const model::Step& step, const StepPlace& place
)
    : scope_{scope}, executor_{executor}, step_{step}, place_{place} {}

Result<expression::Contexts> StepRun::contexts() {
    environment_ = scope_.environment();
    if (auto added = environment_.add(step_.env, scope_.contexts()); !added) return added.error();
    contexts_ = scope_.contexts_with(environment_);
    const auto github = contexts_.find("github").value_or(expression::Value{});
    if (github.kind() != expression::Kind::object) return contexts_;
    auto members = github.as_object();
    const auto name = action_name(scope_.session().document().job.steps, step_);
    members.set("action", expression::Value::string(name));
    contexts_.set("github", expression::Value::object(std::move(members)));
    return contexts_;
}

Task<StepResult> StepRun::run(execution::StopToken& stop) {
    auto work = step_.uses.empty() ? run_script(stop) : run_action(stop);
    auto result = co_await std::move(work);
    if (result.state == StepState::succeeded || result.reason.empty()) co_return result;
    auto said = scope_.session().log(place_.log, "##[error]" + result.reason + "\n");
    co_await std::move(said);
    co_return result;
}

Task<StepResult> StepRun::run_action(execution::StopToken& stop) {
    const auto bounds = limits();
    if (!bounds) co_return failed_step(bounds.error());
    const ActionCall call{scope_, executor_, step_, place_, environment_, contexts_, *bounds};
    auto running = run_action_step(call, stop);
    co_return co_await std::move(running);
}

Task<StepResult> StepRun::run_script(execution::StopToken& stop) {
    auto command = make_command();
    if (!command) co_return failed_step(command.error());
    auto bounds = limits();
    if (!bounds) co_return failed_step(bounds.error());
    StepProcess process{scope_, executor_, place_};
    auto running = process.run(std::move(*command), *bounds, stop);
    co_return co_await std::move(running);
}

Result<StepCommand> StepRun::make_command() {
    auto shell =
        text_of(step_.shell.empty() ? scope_.default_of(&model::Defaults::shell) : step_.shell);
    if (!shell) return with_context("shell", shell.error());
    auto text = text_of(step_.run);
    if (!text) return with_context("run", text.error());
    auto folder = text_of(
        step_.working_directory.empty() ? scope_.default_of(&model::Defaults::working_directory)
                                        : step_.working_directory
    );
    if (!folder) return with_context("working-directory", folder.error());
    auto script = execution::make_script(*shell, *text, executor_.has_bash());
    if (!script) return script.error();
    const StepFiles files{executor_.folders().temp, place_.key};
    if (auto made = files.create(); !made) return made.error();
    auto path = files.write_script(script->extension, script->text);
    if (!path) return path.error();
    StepCommand command;
    command.arguments = execution::command_line(*script, *path);
    const StepProcess process{scope_, executor_, place_};
    const auto name = action_name(scope_.session().document().job.steps, step_);
    command.environment = process.environment(environment_, name).lines();
    const auto& workspace = executor_.folders().workspace.inside;
    const bool absolute = !folder->empty() && folder->front() == '/';
    command.directory = absolute ? *folder : workspace + (folder->empty() ? "" : "/" + *folder);
    return command;
}

Result<execution::ProcessLimits> StepRun::limits() const {
    execution::ProcessLimits out;
    out.grace = std::chrono::seconds{scope_.session().document().grace_seconds};
    out.deadline = scope_.time_left();
    if (step_.timeout_minutes.empty()) return out;
    auto value = expression::evaluate_template(step_.timeout_minutes.text, contexts_);
    if (!value) return with_context("timeout-minutes", value.error());
    const double minutes = value->to_number();
    if (!std::isfinite(minutes) || minutes <= 0 || minutes > kMostMinutes) {
        return invalid(
            "timeout-minutes: '" + value->to_text() + "' is no usable number of minutes"
        );
    }
    const milliseconds own{static_cast<std::int64_t>(minutes * kMillisecondsPerMinute)};
    out.deadline = out.deadline ? std::min(own, *out.deadline) : own;
    return out;
}

Result<std::string> StepRun::text_of(const model::Template& value) const {
    return expression::interpolate(value.text, contexts_);
}

}  // namespace triphammer::runner
