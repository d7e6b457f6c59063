#include "runner/step_run.hpp"

#include "execution/shell.hpp"
#include "runner/action_step.hpp"
#include "runner/actions/name.hpp"
#include "runner/session/time_limit.hpp"
#include "runner/steps/files.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::StepState;

namespace {

/// The reason may be what the step's own program has told as an error.
bool is_said(const StepResult& result) {
    const auto& all = result.annotations;
    return result.reason.empty() || std::any_of(all.begin(), all.end(), [&](const auto& one) {
               return one.level == "error" && one.message == result.reason;
           });
}

constexpr const char* kNoSudo =
    "; sudo gives steps no rights here: what they would install belongs on the machine, or into "
    "an image for the job";

/// `sudo` as a word of the script.
bool asks_for_sudo(std::string_view script) {
    constexpr std::string_view kSudo = "sudo ";
    constexpr std::string_view kBefore = " \t\n;&|($";
    for (auto at = script.find(kSudo); at != script.npos; at = script.find(kSudo, at + 1)) {
        if (at == 0 || kBefore.find(script[at - 1]) != kBefore.npos) return true;
    }
    return false;
}

/// What sudo itself, and a shell that finds none, end with.
bool is_refusal(const std::optional<int>& status) {
    return status == 1 || status == 127;
}

}  // namespace

StepRun::StepRun(
    StepScope& scope, StepExecutor& executor, const model::Step& step, const StepPlace& place
)
    : scope_{scope}, executor_{executor}, step_{step}, place_{place} {}

Result<expression::Contexts> StepRun::contexts() {
    action_ = action_name(scope_.session().document().job.steps, step_);
    environment_ = scope_.environment();
    auto below = scope_.contexts();
    below.set("github", github(below));
    if (outside_ != nullptr) below.outside = outside_;
    if (auto added = environment_.add(step_.env, below); !added) return added.error();
    contexts_ = scope_.contexts_with(environment_);
    contexts_.set("github", *below.find("github"));
    contexts_.outside = below.outside;
    return contexts_;
}

/// What of `github` is this step's own.
expression::Value StepRun::github(const expression::Contexts& contexts) const {
    auto members = contexts.find("github").value_or(expression::Value{}).as_object();
    Environment files;
    StepFiles{executor_.folders().temp, place_.key}.name_in(files);
    members.set("action", expression::Value::string(action_));
    members.set("env", expression::Value::string(*files.find("GITHUB_ENV")));
    members.set("path", expression::Value::string(*files.find("GITHUB_PATH")));
    return expression::Value::object(std::move(members));
}

Task<StepResult> StepRun::run(execution::StopToken& stop) {
    auto work = step_.uses.empty() ? run_script(stop) : run_action(stop);
    auto result = co_await std::move(work);
    if (result.state == StepState::succeeded || is_said(result)) co_return result;
    auto said = scope_.session().log(place_.log, "##[error]" + result.reason + "\n");
    co_await std::move(said);
    co_return result;
}

Task<StepResult> StepRun::run_early(execution::StopToken& stop) {
    return run_action(stop, true);
}

Task<StepResult> StepRun::run_action(execution::StopToken& stop, bool is_early) {
    const auto bounds = limits();
    if (!bounds) co_return failed_step(bounds.error());
    const ActionCall call{
        scope_, executor_, step_, place_, environment_, contexts_, *bounds, is_early};
    auto running = run_action_step(call, stop);
    co_return co_await std::move(running);
}

Task<StepResult> StepRun::run_script(execution::StopToken& stop) {
    auto command = make_command();
    if (!command) co_return failed_step(command.error());
    auto bounds = limits();
    if (!bounds) co_return failed_step(bounds.error());
    const auto hint = start_hint(*command);
    StepProcess process{scope_, executor_, place_};
    auto running = process.run(std::move(*command), *bounds, stop);
    auto result = co_await std::move(running);
    if (result.reason.starts_with("start ")) result.reason += hint;
    if (asks_for_sudo(step_.run.text) && is_refusal(result.exit_status)) result.reason += kNoSudo;
    co_return result;
}

/// The kernel's words do not say which of the two is missing.
std::string StepRun::start_hint(const StepCommand& command) const {
    const auto& shell = command.arguments.front();
    return "; either '" + shell + "' is not installed in " + short_place(executor_) +
           ", or there is no folder " + command.directory;
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
    command.environment = process.environment(environment_, action_).lines();
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
    const auto own = read_minutes(step_.timeout_minutes, contexts_);
    if (!own) return own.error();
    out.deadline = out.deadline ? std::min(*own, *out.deadline) : *own;
    return out;
}

Result<std::string> StepRun::text_of(const model::Template& value) const {
    return expression::interpolate(value.text, contexts_);
}

}  // namespace triphammer::runner
