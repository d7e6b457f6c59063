#pragma once
// The user's program: one request on its standard input, one answer on its standard output; what it
// says on standard error goes to the step's log.

#include "runner/deploy/exec/contract.hpp"
#include "runner/session/job_session.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace triphammer::runner {

class Program {
  public:
    virtual ~Program() = default;

    /// Logs to step `step`, where it is not 0. Code::protocol for an exit status other than 0 and
    /// for what is no answer; Code::cancelled when it was stopped; Code::unavailable where nobody
    /// can say how it ended. In every case nobody knows what it has done.
    virtual Task<Result<ExecAnswer>> ask(
        const ExecRequest& request,
        int step,
        std::chrono::milliseconds limit,
        execution::StopToken& stop
    ) = 0;
};

/// Started where steps run.
class ExecProgram final : public Program {
  public:
    /// `script` as a step's `run`; `environment` NAME=value over what the place gives. All outlive
    /// it.
    ExecProgram(
        JobSession& session,
        StepExecutor& place,
        std::string script,
        std::vector<std::string> environment
    )
        : session_{session},
          place_{place},
          script_{std::move(script)},
          environment_{std::move(environment)} {}

    Task<Result<ExecAnswer>> ask(
        const ExecRequest& request,
        int step,
        std::chrono::milliseconds limit,
        execution::StopToken& stop
    ) override;

  private:
    Result<StepCommand> make_command(const ExecRequest& request) const;

    JobSession& session_;
    StepExecutor& place_;
    std::string script_;
    std::vector<std::string> environment_;
};

/// What an end of the program says where it is no answer; Code::protocol, Code::cancelled.
Result<> judge_end(const ExecRequest& request, const execution::ProcessEnd& end);

}  // namespace triphammer::runner
