#pragma once
// The user's program on another machine: OpenSSH's client, started in the sandbox where steps run,
// once for each question. Its key is in a file of the steps' user only while it runs; a job that
// deploys has no steps that could see it.

#include "base/secret.hpp"
#include "runner/deploy/exec/program.hpp"
#include "runner/deploy/ssh/wire.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

struct SshAccess {
    SshAddress address;
    std::string known_hosts;
    Secret key;
};

class SshProgram final : public Program {
  public:
    /// `payload` as make_ssh_payload gives it. `session` and `place` outlive it.
    SshProgram(JobSession& session, StepExecutor& place, SshAccess access, Secret payload)
        : session_{session},
          place_{place},
          access_{std::move(access)},
          payload_{std::move(payload)} {}

    /// Code::unavailable also where the connection was refused, broke, or was ended by us before
    /// the program had answered: it may be at work over there.
    Task<Result<ExecAnswer>> ask(
        const ExecRequest& request,
        int step,
        std::chrono::milliseconds limit,
        execution::StopToken& stop
    ) override;

  private:
    Result<StepCommand> make_command(const ExecRequest& request) const;
    Result<> judge(
        const ExecRequest& request, const execution::ProcessEnd& end, const std::string& last
    ) const;

    JobSession& session_;
    StepExecutor& place_;
    SshAccess access_;
    Secret payload_;
};

}  // namespace triphammer::runner
