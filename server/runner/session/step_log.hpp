#pragma once
// What the engine says, into a step's log.

#include "docker/engine.hpp"
#include "runner/session/job_session.hpp"

#include <string>

namespace triphammer::runner {

class StepLog final : public docker::ProgressSink {
  public:
    StepLog(JobSession& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> line(std::string text) override { return session_.log(step_, std::move(text)); }

  private:
    JobSession& session_;
    int step_;
};

}  // namespace triphammer::runner
