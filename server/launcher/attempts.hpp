#pragma once
// The run directory: one folder an attempt, made exactly once, with the lock that its runner holds.
// This is the launcher's whole memory; it outlives the launcher.

#include "base/spawn.hpp"
#include "launcher/control_group.hpp"
#include "launcher/folder_stock.hpp"
#include "launcher/launcher.hpp"
#include "launcher/messages.hpp"
#include "launcher/standby.hpp"

#include <vector>

namespace triphammer::launcher {

class Attempts {
  public:
    explicit Attempts(const Settings& settings);

    /// Makes run/<fence>, takes its lock and starts the runner with it. Code::conflict when the
    /// folder is there already: that fence was started once and never is again.
    Result<Child> start(const Request& request);

    /// Every attempt that has a folder; `exit` and `signal` are unknown here.
    std::vector<AttemptInfo> list() const;

    bool is_alive(std::int64_t fence) const;
    /// Whether neither the runner nor a process of its group is left.
    bool is_over(std::int64_t fence) const;

    /// A pidfd of the living runner, also of one that an earlier launcher started: the process that
    /// has the folder's lock file open under the agreed number. Empty when there is none.
    FileDescriptor find_runner(std::int64_t fence) const;

    /// Whether the kernel shares the processors between attempts.
    bool have_groups() const { return groups_.are_wanted() && !lacks_groups_; }

    /// Kills what is left of the attempt at once; returns before it is gone. A runner in another
    /// container gets it through `ask_keeper`.
    void kill(std::int64_t fence) const;

    /// Leaves a word for the first process of the container in which a living runner is that cannot
    /// be seen from here: run/<fence>.signal, "TERM" or "KILL" (deploy/container/keep-launcher).
    void ask_keeper(std::int64_t fence, std::string_view signal) const;

    /// Takes the folder of an attempt that is dead out of the list, and removes its group. The
    /// files go with `remove_aside`. No error when there is no such folder.
    Result<> set_aside(std::int64_t fence) const;

    /// Keeps the folder of an attempt that was set aside for another one, if that is quickly done;
    /// false: it stays aside. On a thread, beside `start`.
    bool use_again(std::int64_t fence);
    /// Makes folders for attempts to come. On a thread, beside `start`.
    Result<> make_ready();

    /// Removes what was set aside before this call. May take long: on a thread.
    Result<> remove_aside() const;
    bool has_aside() const;

    std::filesystem::path folder_of(std::int64_t fence) const;

  private:
    Result<> take_folder(std::int64_t fence);
    std::filesystem::path make_group(std::int64_t fence);

    /// What a runner is started with.
    struct Open {
        int line = -1;
        int lock = -1;
        std::filesystem::path group;  // empty: none
    };

    Result<Child> start_runner(const std::filesystem::path& folder, const Open& open);

    std::filesystem::path word_for(std::int64_t fence) const {
        return settings_.run / (std::to_string(fence) + ".signal");
    }

    std::filesystem::path aside() const { return settings_.run / "swept"; }

    const Settings& settings_;
    FolderStock stock_;
    ControlGroups groups_;
    bool lacks_groups_ = false;  // one could not be made
    Standby standby_;
};

}  // namespace triphammer::launcher
