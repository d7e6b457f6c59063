#pragma once

#include "execution/sandbox.hpp"
#include "runner/session/step_executor.hpp"

#include <optional>

namespace triphammer::runner {

/// Steps on this machine, in a sandbox. Paths are the same inside and outside, but /tmp.
class HostExecutor final : public StepExecutor {
  public:
    HostExecutor(JobFolders folders, std::vector<std::string> hidden);

    /// Makes the first step's sandbox, before anybody knows what it will run.
    void prepare_ahead();

    Task<Result<>> prepare() override;
    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override;
    Task<> cleanup() override;

    const JobFolders& folders() const override { return folders_; }

    std::vector<std::string> base_environment() const override;
    bool has_bash() const override;

    bool runs_steps_together() const override { return true; }

    std::string description() const override;

  private:
    JobFolders folders_;
    execution::Sandbox sandbox_;
};

}  // namespace triphammer::runner
