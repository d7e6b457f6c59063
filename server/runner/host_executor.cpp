#include "runner/host_executor.hpp"

#include <unistd.h>

namespace triphammer::runner {

HostExecutor::HostExecutor(JobFolders folders, std::vector<std::string> hidden)
    : folders_{std::move(folders)}, hidden_{std::move(hidden)} {}

Task<Result<>> HostExecutor::prepare() {
    execution::SandboxPaths paths;
    paths.temp = folders_.tmp.outside;
    paths.home = folders_.home.outside;
    paths.writable = {folders_.workspace.outside, folders_.temp.outside};
    paths.hidden = hidden_;
    auto sandbox = execution::make_sandbox(std::move(paths));
    if (!sandbox) co_return sandbox.error();
    sandbox_ = std::move(*sandbox);
    co_return Result<>{};
}

Task<Result<execution::ProcessEnd>> HostExecutor::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    execution::Command plain;
    plain.arguments = std::move(command.arguments);
    plain.environment = std::move(command.environment);
    plain.directory = std::move(command.directory);
    return execution::run_process(sandbox_->wrap(std::move(plain)), limits, output, stop);
}

/// Every step has taken its own tree away.
Task<> HostExecutor::cleanup() {
    co_return;
}

std::vector<std::string> HostExecutor::base_environment() const {
    return {"LANG=C.UTF-8"};
}

bool HostExecutor::has_bash() const {
    return ::access("/bin/bash", X_OK) == 0;
}

std::string HostExecutor::description() const {
    return "a sandbox on this machine (bubblewrap)";
}

}  // namespace triphammer::runner
