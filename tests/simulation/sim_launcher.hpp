#pragma once
// The launcher: folders and locks that outlive it, a queue of requests that does not.

#include "launcher/messages.hpp"
#include "simulation/sim_runner.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace triphammer::simulation {

/// The daemon's connection to the launcher.
struct LauncherLink {
    std::deque<launcher::Request> requests;
    std::deque<launcher::Reply> replies;
    bool is_open = true;
};

class Launcher {
  public:
    explicit Launcher(Context& context) : context_{context} {}

    bool is_alive() const { return is_alive_; }

    /// One daemon at a time: what an earlier connection had queued is dropped.
    std::shared_ptr<LauncherLink> accept();

    bool has_request() const { return is_alive_ && link_ && !link_->requests.empty(); }

    /// Serves one request. It may die in the middle: after the folder is made, or after the start
    /// and before the answer.
    void serve(bool dies_in_middle);

    /// Runners that are to be killed by the system, in its own time.
    std::set<std::int64_t>& dying() { return dying_; }

    void crash();

    void restart() { is_alive_ = true; }

    /// A runner process has ended.
    void on_runner_gone(std::int64_t fence);

    std::map<std::int64_t, std::unique_ptr<Runner>>& runners() { return runners_; }

    bool has_folder(std::int64_t fence) const { return folders_.count(fence) > 0; }

  private:
    launcher::Reply start(const launcher::Request& request, bool dies_in_middle);
    launcher::Reply list() const;
    launcher::Reply sweep(std::int64_t fence);
    bool is_running(std::int64_t fence) const;

    Context& context_;
    bool is_alive_ = true;
    std::shared_ptr<LauncherLink> link_;
    std::set<std::int64_t> folders_;
    std::set<std::int64_t> children_;  // of this launcher process
    std::set<std::int64_t> dying_;
    std::map<std::int64_t, std::unique_ptr<Runner>> runners_;
};

}  // namespace triphammer::simulation
