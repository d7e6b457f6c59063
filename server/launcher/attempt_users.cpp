#include "launcher/attempt_users.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer::launcher {

namespace {

constexpr int kMostTries = 100;

/// Whether anybody runs as `user`, by the real one of its users: a process of an attempt has no
/// other ones than the attempt's. Most attempts have left nobody, and the kernel knows that without
/// a look at each process. What is forked during the look comes behind it, so none is missed.
/// Source: getpriority(2).
bool has_processes(uid_t user) {
    errno = 0;
    return ::getpriority(PRIO_USER, user) != -1 || errno != ESRCH;
}

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
    for (int tried = 0; tried < kMostTries && has_processes(user); ++tried) {
        if (try_to_kill(user)) return;
    }
}

}  // namespace triphammer::launcher
