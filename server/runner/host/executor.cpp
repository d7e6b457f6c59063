#include "runner/host/executor.hpp"

#include "base/file.hpp"

#include <unistd.h>

namespace triphammer::runner {

namespace {

execution::SandboxPaths paths_of(const JobFolders& folders, std::vector<std::string> hidden) {
    execution::SandboxPaths out;
    out.temp = folders.tmp.outside;
    out.home = folders.home.outside;
    out.writable = {folders.workspace.outside, folders.temp.outside};
    out.readable = {folders.actions.outside};
    out.hidden = std::move(hidden);
    return out;
}

}  // namespace

HostExecutor::HostExecutor(JobFolders folders, std::vector<std::string> hidden)
    : folders_{std::move(folders)}, sandbox_{paths_of(folders_, std::move(hidden))} {}

void HostExecutor::prepare_ahead() {
    if (make_directory(folders_.actions.outside, 0755)) sandbox_.prepare();
}

/// Says why it could not be made ahead.
Task<Result<>> HostExecutor::prepare() {
    co_return make_directory(folders_.actions.outside, 0755);
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
    enclosed.sandbox = &sandbox_;
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
