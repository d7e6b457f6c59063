#include "launcher/attempt_users.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace triphammer::launcher {

namespace {

constexpr int kMostTries = 100;

/// Between becoming the user and killing it can be killed by what it is to kill.
bool try_to_kill(uid_t user) {
    const pid_t child = ::vfork();
    if (child == 0) {
        // Not glibc's: that would change the other threads, which are still ours.
        const bool is_user = ::syscall(SYS_setresuid, user, user, user) == 0;
        if (is_user) ::syscall(SYS_kill, -1, SIGKILL);  // all at once: none can fork away
        ::_exit(0);
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status);
}

}  // namespace

void kill_processes_of(uid_t user) {
    for (int tried = 0; tried < kMostTries && !try_to_kill(user); ++tried) {
    }
}

}  // namespace triphammer::launcher
