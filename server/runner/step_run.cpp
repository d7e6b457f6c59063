#include "runner/step_run.hpp"

#include "base/text.hpp"
#include "execution/shell.hpp"
#include "runner/checkout.hpp"
#include "runner/step_files.hpp"
#include "runner/step_output.hpp"

#include <cmath>
#include <cstring>

namespace triphammer::runner {

namespace expression = workflow::expression;
using execution::EndCause;
using model::Cause;
using model::StepState;
using std::chrono::milliseconds;

namespace {

/// A record of the journal holds them all (protocol::kMaxFrameBytes, with room for escapes).
constexpr std::size_t kMostOutputBytes = 128U << 10U;
constexpr const char* kUsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr double kMillisecondsPerMinute = 60'000;
constexpr double kMostMinutes = 60.0 * 24 * 30;

protocol::Annotation to_record(const execution::Annotation& in) {
    protocol::Annotation out;
    out.level = in.level;
    out.message = in.title.empty() ? in.message : in.title + ": " + in.message;
    out.file = in.file;
    out.line = in.line;
    return out;
}

std::string signal_text(int signal) {
    return "killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

Cause cause_of(const Error& error) {
    if (error.code == Code::disk_full) return Cause::disk_full;
    return error.code == Code::invalid ? Cause::invalid : Cause::infrastructure;
}

std::size_t bytes_of(const protocol::Outputs& outputs) {
    std::size_t sum = 0;
    for (const auto& [name, value] : outputs) sum += name.size() + value.size();
    return sum;
}

}  // namespace

StepResult failed_step(Cause cause, std::string reason) {
    StepResult out;
    out.state = StepState::failed;
    out.cause = cause;
    out.reason = std::move(reason);
    return out;
}

StepRun::StepRun(Session& session, StepExecutor& executor, const model::Step& step, int number)
    : session_{session}, executor_{executor}, step_{step}, number_{number} {}

Result<expression::Contexts> StepRun::contexts() {
    const auto& job = session_.contexts();
    environment_ = job.environment();
    if (auto added = environment_.add(step_.env, job.contexts()); !added) return added.error();
    contexts_ = job.contexts_with(environment_);
    return contexts_;
}

Task<StepResult> StepRun::run(execution::StopToken& stop) {
    auto work = step_.uses.empty() ? run_script(stop) : run_action();
    auto result = co_await std::move(work);
    if (result.state == StepState::succeeded || result.reason.empty()) co_return result;
    auto said = session_.log(number_, "##[error]" + result.reason + "\n");
    co_await std::move(said);
    co_return result;
}

Task<StepResult> StepRun::run_action() {
    auto work = run_checkout(session_, number_, step_, contexts_);
    const auto done = co_await std::move(work);
    if (done) co_return StepResult{};
    auto result = failed_step(cause_of(done.error()), done.error().message);
    if (done.error().code == Code::cancelled) result.state = StepState::cancelled;
    if (done.error().code == Code::cancelled) result.cause = Cause::none;
    co_return result;
}

Task<StepResult> StepRun::run_script(execution::StopToken& stop) {
    auto command = make_command();
    if (!command) co_return failed_step(cause_of(command.error()), command.error().message);
    auto bounds = limits();
    if (!bounds) co_return failed_step(Cause::invalid, bounds.error().message);
    auto running = execute(std::move(*command), *bounds, stop);
    co_return co_await std::move(running);
}

Task<StepResult> StepRun::execute(
    StepCommand command, execution::ProcessLimits limits, execution::StopToken& stop
) {
    const bool debug = environment_.find("ACTIONS_STEP_DEBUG") != nullptr;
    StepOutput output{session_, number_, debug};
    auto running = executor_.run_step(std::move(command), limits, output, stop);
    auto end = co_await std::move(running);
    auto flushing = output.flush();
    const auto flushed = co_await std::move(flushing);
    if (end && !flushed) end = flushed.error();
    if (!end) co_return failed_step(cause_of(end.error()), end.error().message);
    result_ = result_of(*end, limits, stop);
    auto taking = take_requests(output.requests());
    co_await std::move(taking);
    co_return std::move(result_);
}

StepResult StepRun::result_of(
    const execution::ProcessEnd& end,
    const execution::ProcessLimits& limits,
    const execution::StopToken& stop
) const {
    StepResult out;
    const auto code = end.status.code;
    switch (end.cause) {
        case EndCause::exited:
            if (code != 0) {
                out = failed_step(Cause::exit, "exited with status " + std::to_string(code));
            }
            out.exit_status = code;
            break;
        case EndCause::signalled:
            out = failed_step(Cause::signal, signal_text(end.status.signal));
            break;
        case EndCause::oom:
            out = failed_step(Cause::oom, "killed by the kernel: the memory limit was reached");
            break;
        case EndCause::timed_out: {
            const auto seconds = limits.deadline.value_or(milliseconds{0}).count() / 1000;
            out = failed_step(
                Cause::timeout, "the step's time limit of " + std::to_string(seconds) + " s is over"
            );
            out.state = StepState::timed_out;
            break;
        }
        case EndCause::cancelled: {
            out = failed_step(session_.cancel_cause(), "stopped: " + stop.why());
            const bool late = session_.cancel_cause() == Cause::timeout;
            out.state = late ? StepState::timed_out : StepState::cancelled;
            break;
        }
    }
    return out;
}

/// What the step asked for counts whether it succeeded or not; a broken file makes it fail.
Task<> StepRun::take_requests(const execution::StepRequests& asked) {
    for (const auto& annotation : asked.annotations) {
        result_.annotations.push_back(to_record(annotation));
    }
    const auto files = StepFiles{executor_.folders().temp, number_}.read();
    if (!files) {
        if (result_.state == StepState::succeeded) {
            result_ = failed_step(Cause::invalid, files.error().message);
        }
        co_return;
    }
    for (const auto* outputs : {&asked.outputs, &files->outputs}) {
        for (const auto& [name, value] : *outputs) result_.outputs[name] = value;
    }
    if (bytes_of(result_.outputs) > kMostOutputBytes) {
        result_ = failed_step(Cause::invalid, "the outputs of a step may be 128 KiB together");
    }
    std::string remarks;
    for (const auto* variables : {&asked.environment, &files->environment}) {
        for (const auto& [name, value] : *variables) set_variable(name, value, remarks);
    }
    for (const auto* paths : {&asked.paths, &files->paths}) {
        for (const auto& path : *paths) put_on_path(path);
    }
    auto said = session_.log(number_, std::move(remarks));
    co_await std::move(said);
}

void StepRun::set_variable(
    const std::string& name, const std::string& value, std::string& remarks
) {
    if (execution::is_reserved_variable(name)) {
        remarks += "##[warning]" + name + " cannot be set by a step; it is left as it was\n";
    } else {
        session_.contexts().environment().set(name, value);
    }
}

void StepRun::put_on_path(const std::string& path) {
    auto& job = session_.contexts().environment();
    Environment below;
    below.set("PATH", kUsualPath);
    for (const auto& line : executor_.base_environment()) below.set_line(line);
    const auto* known = job.find("PATH");
    job.set("PATH", path + ":" + (known != nullptr ? *known : *below.find("PATH")));
}

Result<StepCommand> StepRun::make_command() {
    auto shell = text_of(first_of(step_.shell, &model::Defaults::shell));
    if (!shell) return with_context("shell", shell.error());
    auto text = text_of(step_.run);
    if (!text) return with_context("run", text.error());
    auto folder = text_of(first_of(step_.working_directory, &model::Defaults::working_directory));
    if (!folder) return with_context("working-directory", folder.error());
    auto script = execution::make_script(*shell, *text, executor_.has_bash());
    if (!script) return script.error();
    const StepFiles files{executor_.folders().temp, number_};
    if (auto made = files.create(); !made) return made.error();
    auto path = files.write_script(script->extension, script->text);
    if (!path) return path.error();
    StepCommand command;
    command.arguments = execution::command_line(*script, *path);
    command.environment = full_environment().lines();
    const auto& workspace = executor_.folders().workspace.inside;
    const bool absolute = !folder->empty() && folder->front() == '/';
    command.directory = absolute ? *folder : workspace + (folder->empty() ? "" : "/" + *folder);
    return command;
}

/// Bottom to top: the place, CI, the workflow's and job's, GITHUB_ENV's and the step's own; what is
/// GitHub's name stays what it is.
Environment StepRun::full_environment() const {
    Environment out;
    out.set("PATH", kUsualPath);
    for (const auto& line : executor_.base_environment()) out.set_line(line);
    out.set("HOME", executor_.folders().home.inside);
    out.set("CI", "true");
    out.put_over(environment_);
    out.put_over(session_.contexts().reserved());
    out.set("GITHUB_ACTIONS", "true");
    out.set("TRIPHAMMER", "true");
    out.set("GITHUB_ACTION", step_.id.empty() ? "__run_" + std::to_string(number_) : step_.id);
    StepFiles{executor_.folders().temp, number_}.name_in(out);
    return out;
}

Result<execution::ProcessLimits> StepRun::limits() const {
    execution::ProcessLimits out;
    out.grace = std::chrono::seconds{session_.document().grace_seconds};
    if (step_.timeout_minutes.empty()) return out;
    auto value = expression::evaluate_template(step_.timeout_minutes.text, contexts_);
    if (!value) return with_context("timeout-minutes", value.error());
    const double minutes = value->to_number();
    if (!std::isfinite(minutes) || minutes <= 0 || minutes > kMostMinutes) {
        return invalid(
            "timeout-minutes: '" + value->to_text() + "' is no usable number of minutes"
        );
    }
    out.deadline = milliseconds{static_cast<std::int64_t>(minutes * kMillisecondsPerMinute)};
    return out;
}

Result<std::string> StepRun::text_of(const model::Template& value) const {
    return expression::interpolate(value.text, contexts_);
}

/// The step's own, else the job's default, else the workflow's.
const model::Template& StepRun::first_of(
    const model::Template& own, model::Template model::Defaults::*rest
) const {
    const auto& document = session_.document();
    if (!own.empty()) return own;
    const auto& job = document.job.defaults.*rest;
    return job.empty() ? document.workflow_defaults.*rest : job;
}

}  // namespace triphammer::runner
