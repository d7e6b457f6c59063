#pragma once
// Where jobs run in containers, networks for the next ones are ready on the engine
// (docs/adr/0028). This side knows when; the runner's program, started with `networks`, does it. A
// file in the run directory tells the next launcher which engine has some.

#include "base/spawn.hpp"
#include "base/task_group.hpp"
#include "launcher/launcher.hpp"

#include <functional>
#include <optional>
#include <string>

namespace triphammer::launcher {

/// The argument that makes a runner program do it.
constexpr const char* kNetworksArgument = "networks";

struct EngineUse {
    std::string docker_host;
    std::string server_id;

    friend bool operator==(const EngineUse&, const EngineUse&) = default;
};

/// On the launcher's one thread.
class NetworkStock {
  public:
    /// `quiet` returns when starting a job would not be disturbed. What an earlier launcher left
    /// ready is looked through soon.
    NetworkStock(Executor executor, const Settings& settings, std::function<Task<>()> quiet);

    /// A job was in a container of this engine.
    void fill_soon(EngineUse use);

    /// Removes what is ready; what attempts took stays theirs. Bounded in time.
    Task<> stop();

  private:
    Task<> fill();
    Task<bool> tend(EngineUse use, int count);
    std::optional<EngineUse> find_noted() const;
    void note(const EngineUse& use) const;

    std::filesystem::path note_file() const { return settings_.run / "networks"; }

    const Settings& settings_;
    std::function<Task<>()> quiet_;
    EngineUse use_;
    std::optional<Child> keeper_;  // while it works
    bool is_wanted_ = false;
    bool is_filling_ = false;
    TaskGroup tasks_;
};

}  // namespace triphammer::launcher
