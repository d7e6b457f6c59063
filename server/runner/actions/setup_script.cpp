#include "runner/actions/setup_script.hpp"

#include "base/text.hpp"
#include "runner/session/capture.hpp"

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostSaidBySetup = 256U << 10U;

}  // namespace

Task<Result<std::string>> run_setup_script(
    const ActionCall& call,
    std::vector<std::string> arguments,
    execution::StopToken& stop,
    std::vector<std::string> secret
) {
    StepCommand command;
    command.arguments = {"/bin/sh", "-c"};
    for (auto& each : arguments) command.arguments.push_back(std::move(each));
    const StepProcess process{call.scope, call.executor, call.place};
    command.environment = process.environment(call.environment, "").lines();
    for (auto& each : secret) command.environment.push_back(std::move(each));
    command.directory = call.executor.folders().workspace.inside;
    auto running = capture(call.executor, std::move(command), kMostSaidBySetup, stop, kLongCapture);
    const auto said = co_await std::move(running);
    if (!said) co_return said.error();
    if (said->status != 0) co_return invalid(std::string{trim(said->text)});
    co_return said->text;
}

}  // namespace triphammer::runner
