#include "runner/host_executor.hpp"

#include "base/file.hpp"

#include <unistd.h>

namespace triphammer::runner {

HostExecutor::HostExecutor(JobFolders folders, std::vector<std::string> hidden)
    : folders_{std::move(folders)}, hidden_{std::move(hidden)} {}

Task<Result<>> HostExecutor::prepare() {
    auto made = make_directory(folders_.actions.outside, 0755);
    if (!made) co_return made;
    execution::SandboxPaths paths;
    paths.temp = folders_.tmp.outside;
    paths.home = folders_.home.outside;
    paths.writable = {folders_.workspace.outside, folders_.temp.outside};
    paths.readable = {folders_.actions.outside};
    paths.hidden = hidden_;
    sandbox_.emplace(std::move(paths));
    co_return Result<>{};
}

Task<Result<execution::ProcessEnd>> HostExecutor::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    execution::Command enclosed;
    enclosed.arguments = std::move(command.arguments);
    enclosed.environment = std::move(command.environment);
    enclosed.directory = std::move(command.directory);
    enclosed.sandbox = &*sandbox_;
    return execution::run_process(std::move(enclosed), limits, output, stop);
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
    return execution::Sandbox::description();
}

}  // namespace triphammer::runner
