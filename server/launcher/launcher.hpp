#pragma once
// The privileged role: starts runners, says which live, stops them. No listening network socket, no
// database, no keys. Its memory is the run directory: run/<fence>/ was made exactly once, and its
// lock is held as long as the runner lives, also when this process does not.

#include "base/result.hpp"
#include "base/task.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::launcher {

struct Settings {
    std::filesystem::path run;     // the run directory; made 0700 (as root 0711) when absent
    std::filesystem::path socket;  // default: run/launcher.sock
    std::filesystem::path runner_program;  // as write_out_runner gave it
    bool keeps_standby = false;            // runners are copies of one that waits: it knows how
    bool keeps_networks = true;            // on engines where jobs run in containers
    std::optional<uid_t> daemon_uid;       // who may connect; default: this process's user
    std::filesystem::path cgroup;          // where attempts get control groups; empty: nowhere
    /// Answers who connects to run/doctor.sock (doctor/survey.hpp); empty: nobody is answered.
    std::vector<std::string> doctor;
};

/// Serves until SIGTERM or SIGINT; runners live on. Returns the exit status: 0, or 2 with a line on
/// standard error when the socket is in use or the folder is not ours.
int serve(Settings settings);

/// Writes the runner program to run/bin/<sha256> unless it is there, mode 0755, durably and
/// atomically; gives its path.
Result<std::filesystem::path> write_out_runner(
    const std::filesystem::path& run, std::string_view program
);

}  // namespace triphammer::launcher
