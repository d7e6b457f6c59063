#pragma once

#include "runner/deploy/exec/target.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/deploy/ssh/program.hpp"

#include <memory>

namespace triphammer::runner {

/// The driver `ssh`: the contract of `exec`, spoken with a program on another machine.
///
/// As with `exec` everything is what the program says, and `observe` proves what the program proves
/// where it `observes`, else nothing. But here the end of the client is not the end of the program:
/// after a broken connection, a cancel or a lost runner it may be at work over there. So a `deploy`
/// without an answer is asked after, and where that gives no answer either, nothing is sent back
/// behind it: the deployment is unknown. `not-begun` is believed two seconds after the connection
/// has ended; that a request of before is still on its way then cannot be excluded. The machine is
/// proven by its key, which stands in the workflow; the probes from outside are ours.
class SshTarget final : public ExecTarget {
  public:
    SshTarget(JobSession& session, StepExecutor& place, const Clock& clock)
        : ExecTarget{session, place}, clock_{clock} {}

    Task<EffectOutcome> perform(
        rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
    ) override;

    /// `health`, from this machine.
    Task<GateOutcome> watch_candidate() override;
    /// The program's `verify`, then `verify` of the file from this machine.
    Task<GateOutcome> watch_public() override;

  protected:
    Task<Result<std::unique_ptr<Program>>> make_program() override;

  private:
    Result<SshAccess> read_access() const;
    Result<> read_probes();
    Result<> reach_loopback() const;
    Task<EffectOutcome> settle(std::int64_t n, Error lost);
    Task<GateOutcome> probe(ProbeSpec spec);

    const Clock& clock_;
    SshAddress address_;
    ProbeSpec health_;
    ProbeSpec verify_;
    bool is_lost_ = false;  // nobody knows whether `deploy` is at work
};

}  // namespace triphammer::runner
