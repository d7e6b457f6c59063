#pragma once
// OpenTofu or Terraform, started where the job's steps run, with what the job gives its steps.

#include "runner/session/capture.hpp"
#include "runner/session/environment.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// How one start of it has ended.
struct ProgramEnd {
    int status = 0;         // 128 + N for a signal
    std::string text = {};  // the last 256 KiB of what it said, not masked
};

class TerraformProgram {
  public:
    using Variables = std::vector<std::pair<std::string, std::string>>;

    /// `session` and `place` outlive it.
    TerraformProgram(Session& session, StepExecutor& place) : session_{session}, place_{place} {}

    /// Of the configuration: TF_VAR_ in the environment.
    void set_variables(Variables variables) { variables_ = std::move(variables); }

    /// `tofu` on the job's PATH, else `terraform`. Code::not_found says what to do. Code::invalid
    /// where the environment chooses what no approval would name (check_choices).
    Task<Result<>> find();

    /// After `find`: "OpenTofu 1.9.0".
    const std::string& name() const { return name_; }

    /// What of the environment the plan's hash has to know.
    std::map<std::string, std::string> choices() const;

    const std::string& path() const { return path_; }

    /// In a folder of the workspace; its output goes to `output`, or where that is null to the log
    /// of step `step`. Code::cancelled when `stop` ended it, Code::timed_out, Code::disk_full,
    /// Code::io for lack of memory.
    Task<Result<ProgramEnd>> run(
        int step,
        std::string folder,
        std::vector<std::string> arguments,
        execution::StopToken& stop,
        execution::OutputSink* output = nullptr
    );
    /// What it prints on standard output; Code::refused where it does not exit with 0.
    Task<Result<std::string>> read(std::string folder, std::vector<std::string> arguments);
    /// A file below a folder of the workspace, as the job's user sees it; empty: there is none.
    Task<Result<std::string>> read_file(std::string folder, std::string name);

    /// How long `command` waits for a state's lock, where the job's own `env` does not say it.
    std::vector<std::string> lock_arguments(const std::string& command) const;

  private:
    Environment environment() const;
    StepCommand command_in(const std::string& folder, std::vector<std::string> arguments) const;
    Task<Result<Captured>> look(StepCommand command, std::size_t most);

    Session& session_;
    StepExecutor& place_;
    Variables variables_;
    std::string path_;
    std::string name_;
};

}  // namespace triphammer::runner
