#pragma once
// A container that runs one program of an action, beside the steps: the workspace goes in, what the
// program left there comes back (docs/adr/0019). Source: GitHub's page "Dockerfile support for
// GitHub Actions" has the folders.

#include "runner/container/engine_place.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// What the container is made of.
struct ActionProgram {
    docker::ImageInfo image;
    std::string entrypoint;              // empty: the image's
    std::vector<std::string> arguments;  // empty: the image's
};

/// Says "run_step" of one program. On the runner's one thread.
class ActionContainer final : public StepExecutor {
  public:
    /// All outlive it; `place` is connected. `key`: no other step's.
    struct Parts {
        Session& session;
        StepExecutor& steps;
        EnginePlace& place;
        const std::string& key;
    };

    ActionContainer(Parts parts, ActionProgram program);

    Task<Result<>> prepare() override { co_return Result<>{}; }

    /// Of `command` the environment counts; names of folders in it become the container's.
    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override;

    Task<> cleanup() override { co_return; }

    const JobFolders& folders() const override { return folders_; }

    std::vector<std::string> base_environment() const override {
        return parts_.steps.base_environment();
    }

    bool has_bash() const override { return false; }

    std::string description() const override { return "a container of an action"; }

  private:
    Task<Result<execution::ProcessEnd>> run(
        const execution::ProcessLimits& limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    );
    Task<Result<>> create();
    Task<Result<>> put_files(execution::StopToken& stop);
    Task<Result<>> start();
    Task<Result<execution::ProcessEnd>> follow(
        const execution::ProcessLimits& limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    );
    Task<Result<execution::ProcessEnd>> end(execution::EndCause watched);
    Task<Result<>> take_files(execution::StopToken& stop);
    Task<Result<>> take_file(std::string name);
    Task<> remove();
    void translate(const std::vector<std::string>& environment);
    std::string translated(const std::string& value) const;

    Parts parts_;
    ActionProgram program_;
    JobFolders folders_;
    std::string network_;
    bool owns_network_;  // the job has none
    std::vector<std::pair<std::string, std::string>> environment_;
    std::vector<std::string> command_files_;  // names
    std::string id_;
    std::string guard_;
    std::unique_ptr<docker::AttachedStream> output_;
};

}  // namespace triphammer::runner
