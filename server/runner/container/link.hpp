#pragma once

#include "docker/engine.hpp"
#include "execution/process.hpp"
#include "runner/container/wire.hpp"

#include <memory>
#include <string>

namespace triphammer::runner {

/// Talks to the supervisor of one job container over its attached streams. On the logic thread. Its
/// end closes the supervisor's input, which kills everything inside.
class SupervisorLink {
  public:
    explicit SupervisorLink(std::unique_ptr<docker::AttachedStream> stream)
        : stream_{std::move(stream)} {}

    /// Once, after the container's start.
    Task<Result<wire::Ready>> wait_ready();
    Task<Result<>> start(wire::Start command);
    /// To every process of the container; may run beside `follow`, not beside `start`.
    Task<Result<>> signal(int number);
    /// Passes output on until the command has ended. After an error of the sink the link is of no
    /// use any more: the command may still run.
    Task<Result<wire::Ended>> follow(execution::OutputSink& output);

  private:
    Task<Result<wire::Frame>> next();

    std::unique_ptr<docker::AttachedStream> stream_;
    std::string received_;
};

}  // namespace triphammer::runner
