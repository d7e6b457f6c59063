#include "runner/steps/process.hpp"

#include "runner/session/time_limit.hpp"
#include "runner/steps/files.hpp"
#include "runner/steps/output.hpp"

#include <cstring>

namespace triphammer::runner {

using execution::EndCause;
using model::Cause;
using model::StepState;
using std::chrono::milliseconds;

namespace {

/// As much as GITHUB_OUTPUT may hold.
constexpr std::size_t kMostOutputBytes = 1U << 20U;

/// Tools often name files by their whole path; people and GitHub look for one in the repository.
std::string path_in(const std::string& workspace, const std::string& file) {
    return file.starts_with(workspace + "/") ? file.substr(workspace.size() + 1) : file;
}

protocol::Annotation to_record(const execution::Annotation& in, const std::string& workspace) {
    protocol::Annotation out;
    out.level = in.level;
    out.message = in.message;
    out.title = in.title;
    out.file = path_in(workspace, in.file);
    out.line = in.line;
    out.end_line = in.end_line;
    out.column = in.column;
    out.end_column = in.end_column;
    return out;
}

std::string signal_text(int signal) {
    return "killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::size_t bytes_of(const protocol::Outputs& outputs) {
    std::size_t sum = 0;
    for (const auto& [name, value] : outputs) sum += name.size() + value.size();
    return sum;
}

}  // namespace

StepResult stopped_step(const Session& session) {
    const auto cause = session.cancel_cause();
    auto out = failed_step(cause, "stopped: " + session.stop_reason());
    if (cause == Cause::timeout) out.state = StepState::timed_out;
    if (cause == Cause::none || cause == Cause::infrastructure) out.state = StepState::cancelled;
    return out;
}

Environment StepProcess::environment(const Environment& own, const std::string& action) const {
    Environment out;
    out.set("PATH", kUsualPath);
    for (const auto& line : executor_.base_environment()) out.set_line(line);
    out.set("HOME", executor_.folders().home.inside);
    out.set("CI", "true");
    out.put_over(own);
    out.put_over(scope_.session().contexts().reserved());
    out.set("GITHUB_ACTIONS", "true");
    out.set("TRIPHAMMER", "true");
    out.set("GITHUB_ACTION", action);
    if (const auto* layer = scope_.layer()) {
        out.set("GITHUB_ACTION_PATH", layer->path);
        out.set("GITHUB_ACTION_REPOSITORY", layer->repository);
        out.set("GITHUB_ACTION_REF", layer->ref);
    }
    StepFiles{executor_.folders().temp, place_.key}.name_in(out);
    return out;
}

Task<StepResult> StepProcess::run(
    StepCommand command, execution::ProcessLimits limits, execution::StopToken& stop
) {
    const bool debug = scope_.session().contexts().is_debugging();
    StepOutput output{scope_.session(), executor_.folders(), place_.log, debug};
    auto running = executor_.run_step(std::move(command), limits, output, stop);
    auto end = co_await std::move(running);
    auto flushing = output.flush();
    const auto flushed = co_await std::move(flushing);
    if (end && !flushed) end = flushed.error();
    if (!end) co_return failed_step(end.error());
    result_ = result_of(*end, limits, stop);
    auto summing = take_summary(output.requests());
    co_await std::move(summing);
    auto taking = take_requests(output.requests());
    co_await std::move(taking);
    co_return std::move(result_);
}

StepResult StepProcess::result_of(
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
        case EndCause::disk_full:
            out = failed_step(Cause::disk_full, "the job has written all that it may");
            out.exit_status = code;
            break;
        case EndCause::timed_out: {
            const auto limit = limit_text(limits.deadline.value_or(milliseconds{0}));
            out = failed_step(Cause::timeout, "the step's time limit of " + limit + " is over");
            out.state = StepState::timed_out;
            break;
        }
        case EndCause::cancelled:
            out = stopped_step(scope_.session());
            out.reason = "stopped: " + stop.why();
            break;
    }
    return out;
}

/// Failing to keep it does not make the step fail, as at GitHub.
Task<> StepProcess::take_summary(execution::StepRequests& asked) {
    const auto text = StepFiles{executor_.folders().temp, place_.key}.read_summary();
    if (text) {
        auto kept = scope_.session().summary(place_.log, *text);
        co_await std::move(kept);
        co_return;
    }
    execution::Annotation error;
    error.level = "error";
    error.message = "GITHUB_STEP_SUMMARY is not kept: " + text.error().message;
    auto said = scope_.session().log(place_.log, "##[error]" + error.message + "\n");
    asked.annotate(std::move(error));
    co_await std::move(said);
}

/// What the step asked for counts whether it succeeded or not; a broken file makes it fail.
Task<> StepProcess::take_requests(const execution::StepRequests& asked) {
    const auto& workspace = executor_.folders().workspace.inside;
    for (const auto& annotation : asked.annotations) {
        result_.annotations.push_back(to_record(annotation, workspace));
    }
    const auto files = StepFiles{executor_.folders().temp, place_.key}.read();
    if (!files) {
        if (result_.state == StepState::succeeded) {
            result_ = failed_step(Cause::invalid, files.error().message);
        }
        co_return;
    }
    for (const auto* outputs : {&asked.outputs, &files->outputs}) {
        for (const auto& [name, value] : *outputs) result_.outputs[name] = value;
    }
    for (const auto* states : {&asked.states, &files->states}) {
        for (const auto& [name, value] : *states) result_.states[name] = value;
    }
    if (bytes_of(result_.outputs) > kMostOutputBytes) {
        result_ = failed_step(Cause::invalid, "the outputs of a step may be 1 MiB together");
    }
    std::string remarks;
    if (asked.dropped_annotations > 0) {
        remarks += "##[warning]" + std::to_string(asked.dropped_annotations) +
                   " annotations are beyond the limit of 10 of a kind and step\n";
    }
    for (const auto* variables : {&asked.environment, &files->environment}) {
        for (const auto& [name, value] : *variables) set_variable(name, value, remarks);
    }
    for (const auto* paths : {&asked.paths, &files->paths}) {
        for (const auto& path : *paths) put_on_path(scope_, executor_, path);
    }
    auto said = scope_.session().log(place_.log, std::move(remarks));
    co_await std::move(said);
}

void StepProcess::set_variable(
    const std::string& name, const std::string& value, std::string& remarks
) {
    if (execution::is_reserved_variable(name)) {
        remarks += "##[warning]" + name + " cannot be set by a step; it is left as it was\n";
    } else {
        scope_.set_variable(name, value);
    }
}

void put_on_path(StepScope& scope, const StepExecutor& executor, const std::string& path) {
    Environment below;
    below.set("PATH", kUsualPath);
    for (const auto& line : executor.base_environment()) below.set_line(line);
    scope.put_on_path(path, *below.find("PATH"));
}

}  // namespace triphammer::runner
