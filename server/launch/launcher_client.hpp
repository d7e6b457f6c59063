#pragma once
// The daemon's end of the launcher's Unix socket: one connection, requests answered in order,
// events in between. Reconnects by itself while it runs.

#include "base/result.hpp"
#include "base/task.hpp"
#include "launcher/messages.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace triphammer::launch {

class LauncherClient {
  public:
    /// Called on the logic thread. `on_gone` also answers every open request with
    /// Code::unavailable first.
    struct Callbacks {
        std::function<void()> on_ready;
        std::function<void()> on_gone;
        std::function<void(const launcher::Reply&)> on_event;
    };

    LauncherClient(Executor executor, std::filesystem::path socket, Callbacks callbacks);
    ~LauncherClient();
    LauncherClient(const LauncherClient&) = delete;
    LauncherClient& operator=(const LauncherClient&) = delete;

    /// Connects, reads, reconnects (every 200 ms); until cancelled.
    Task<> run();

    /// The launcher's answer. Code::unavailable when it is away or goes away before it answers.
    Task<Result<launcher::Reply>> send(launcher::Request request);

    bool is_ready() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer::launch
