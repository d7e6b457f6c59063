#pragma once
// Claims jobs for free workers, has the launcher start their runners, and settles what the deaths
// of daemon, launcher or runner left behind. The decisions are DispatchMachine's; this does them.

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/task.hpp"
#include "launch/dispatch_machine.hpp"
#include "launch/launcher_client.hpp"
#include "launch/runner_gateway.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace triphammer::launch {

struct DispatchSettings {
    std::int64_t workers = 2;
    std::filesystem::path run;       // the run directory: run/<fence>/spool
    std::filesystem::path endpoint;  // the daemon's socket for runners
    std::string server_id;
    std::string docker_host;
    std::vector<std::string> hidden;  // folders that no step may see
};

class Dispatcher {
  public:
    struct Parts {
        Executor executor;
        store::Database& database;
        const Clock& clock;
        Random& random;
        RunnerGateway& gateway;
        std::filesystem::path launcher_socket;
    };

    Dispatcher(Parts parts, DispatchSettings settings);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// Reads what is open in the tables, then runs until `stop`. Once.
    Task<> start();
    /// No new claims; what is under way in this process ends, runners live on.
    Task<> stop();
    /// No new claims from now on, everything else goes on.
    void drain();
    /// Asked before each claim: why none may be made now; empty: one may. Where it says so it is
    /// asked again after a second. Before `start`.
    void hold_back(std::function<std::string()> why);

    /// A job may have become claimable, or a cancel was asked for.
    void wake();
    /// Jobs are being committed: a claim that is asked for now comes after that, and mostly shares
    /// the commit.
    void look_for_jobs();

    // From the gateway.
    void on_attached(model::Fence fence);
    /// `was_silent`: it was cut off after a lease of silence.
    void on_detached(model::Fence fence, bool was_silent = false);
    void on_ending(model::Fence fence);
    void on_over(model::Fence fence);

    /// Why nothing is claimed at the moment; empty when all is well.
    std::string pause_reason() const;
    std::size_t open_attempts() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer::launch
