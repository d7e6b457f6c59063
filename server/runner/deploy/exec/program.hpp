#pragma once
// The user's program: started where steps run, one request on its standard input, one answer on its
// standard output; what it says on standard error goes to the step's log.

#include "runner/deploy/exec/contract.hpp"
#include "runner/session/job_session.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace triphammer::runner {

class ExecProgram {
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

    /// Logs to step `step`, where it is not 0. Code::protocol for an exit status other than 0 and
    /// for what is no answer; Code::cancelled when it was stopped. Either way nobody knows what it
    /// has done.
    Task<Result<ExecAnswer>> ask(
        const ExecRequest& request,
        int step,
        std::chrono::milliseconds limit,
        execution::StopToken& stop
    );

  private:
    Result<StepCommand> make_command(const ExecRequest& request) const;

    JobSession& session_;
    StepExecutor& place_;
    std::string script_;
    std::vector<std::string> environment_;
};

}  // namespace triphammer::runner
