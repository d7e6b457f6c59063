#pragma once

#include "docker/engine.hpp"
#include "execution/process.hpp"
#include "runner/container/wire.hpp"
#include "runner/session/one_by_one.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace triphammer::runner {

/// Talks to the supervisor of one job container over its attached streams, for several commands
/// beside each other. On the logic thread. Its end closes the supervisor's input, which kills
/// everything inside.
class SupervisorLink {
  public:
    /// Takes the files that come back with a command; an error makes its result.
    using TakeFile = std::function<Result<>(const wire::File&)>;

    SupervisorLink(Executor executor, std::unique_ptr<docker::AttachedStream> stream);

    /// Once, after the container's start.
    Task<Result<wire::Ready>> wait_ready();
    /// A command with the files that it needs, as frames; `follow` comes next.
    Task<Result<>> start(wire::Number command, std::string frames);
    /// To every process of the command.
    Task<Result<>> signal(wire::Number command, int number);
    /// Passes output on until the command has ended. After an error of the sink the link is of no
    /// use any more: the command may still run.
    Task<Result<wire::Ended>> follow(
        wire::Number command, execution::OutputSink& output, TakeFile take
    );
    /// Every call ends with this error from now on.
    void give_up(Error error);

  private:
    /// What has come for a command and was not taken yet.
    struct Inbox {
        std::deque<wire::Frame> frames;
        std::size_t bytes = 0;
    };

    Task<Result<wire::Frame>> next();
    Task<Result<>> send(std::string frames);
    Task<Result<wire::Frame>> take(wire::Number command);
    Task<> receive();
    Result<> deliver(wire::Frame frame);
    bool is_any_full() const;

    std::unique_ptr<docker::AttachedStream> stream_;
    std::string received_;
    std::map<wire::Number, Inbox> inboxes_;
    std::optional<Error> broken_;
    OneByOne sending_;
    bool is_receiving_ = false;  // whoever waits for a message reads for all
    Wakeup news_;
};

}  // namespace triphammer::runner
