#include "runner/deploy/exec/program.hpp"

#include "execution/value_file.hpp"
#include "runner/session/environment.hpp"
#include "runner/steps/files.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kScript = "/deploy_program";
constexpr const char* kRequest = "/deploy_request.json";
constexpr const char* kAnswer = "/deploy_answer.json";
/// Standard input and output are files: what the program says to people goes to standard error.
constexpr const char* kStart = "exec <\"$1\" >\"$2\"; exec \"$3\" -e \"$0\"";

class LogSink final : public execution::OutputSink {
  public:
    LogSink(JobSession& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> write(std::string_view bytes) override {
        if (step_ == 0) return nothing();
        return session_.log(step_, std::string{bytes});
    }

  private:
    static Task<Result<>> nothing() { co_return Result<>{}; }

    JobSession& session_;
    int step_;
};

Error no_proof(const ExecRequest& request, const std::string& how) {
    return {
        Code::protocol,
        "the program " + how + " at " + std::string{name_of(request.action)} +
            ": nothing is proven (it has to answer and to exit with 0)"};
}

}  // namespace

Result<> judge_end(const ExecRequest& request, const execution::ProcessEnd& end) {
    using execution::EndCause;
    switch (end.cause) {
        case EndCause::exited:
            if (end.status.code == 0) return {};
            return no_proof(request, "exited with status " + std::to_string(end.status.code));
        case EndCause::signalled:
            return no_proof(request, "was killed by signal " + std::to_string(end.status.signal));
        case EndCause::timed_out:
            return no_proof(request, "did not end in time");
        case EndCause::cancelled:
            return Error{Code::cancelled, "the program was stopped"};
        case EndCause::oom:
            return no_proof(request, "was killed for lack of memory");
        case EndCause::disk_full:
            break;
    }
    return no_proof(request, "has written all that it may");
}

Task<Result<ExecAnswer>> ExecProgram::ask(
    const ExecRequest& request,
    int step,
    std::chrono::milliseconds limit,
    execution::StopToken& stop
) {
    auto command = make_command(request);
    if (!command) co_return command.error();
    LogSink sink{session_, step};
    execution::ProcessLimits limits;
    limits.deadline = limit;
    auto running = place_.run_step(std::move(*command), limits, sink, stop);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (auto judged = judge_end(request, *end); !judged) co_return judged.error();
    const auto text = execution::read_summary_file(place_.folders().temp.outside + kAnswer);
    if (!text) co_return with_context("the program's answer", text.error());
    co_return parse_answer(request.action, *text);
}

Result<StepCommand> ExecProgram::make_command(const ExecRequest& request) const {
    const auto& folders = place_.folders();
    const auto& temp = folders.temp;
    const std::pair<const char*, std::pair<std::string, unsigned>> files[] = {
        {kScript, {script_ + "\n", 0755}},
        {kRequest, {to_text(request), 0644}},
        {kAnswer, {"", 0666}},
    };
    for (const auto& [name, file] : files) {
        if (auto made = write_new_file(temp.outside + name, file.first, file.second); !made) {
            return made.error();
        }
    }
    Environment environment;
    environment.set("PATH", kUsualPath);
    for (const auto& line : place_.base_environment()) environment.set_line(line);
    environment.set("HOME", folders.home.inside);
    environment.set("CI", "true");
    for (const auto& line : environment_) environment.set_line(line);
    environment.set("GITHUB_ACTIONS", "true");
    environment.set("GITHUB_WORKSPACE", folders.workspace.inside);
    environment.set("GITHUB_REPOSITORY", request.repository);
    environment.set("GITHUB_SHA", request.sha);
    environment.set("RUNNER_TEMP", temp.inside);
    environment.set("TRIPHAMMER", "true");
    StepCommand command;
    command.arguments = {
        "/bin/sh",
        "-c",
        kStart,
        temp.inside + kScript,
        temp.inside + kRequest,
        temp.inside + kAnswer,
        place_.has_bash() ? "bash" : "sh"};
    command.environment = environment.lines();
    command.directory = folders.workspace.inside;
    return command;
}

}  // namespace triphammer::runner
