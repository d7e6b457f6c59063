#include "execution/job_users.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

namespace triphammer::execution {

namespace {

constexpr std::size_t kStackBytes = 16384;

/// Holds the namespaces and nothing else, says so, and ends with the other end of its channel.
int hold_spaces(void* channel) {
    const int kept = *static_cast<const int*>(channel);
    ::close_range(0, static_cast<unsigned>(kept) - 1, 0);
    ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
    char word = '+';
    if (::write(kept, &word, 1) != 1) return 1;
    while (::read(kept, &word, 1) < 0 && errno == EINTR) {
    }
    return 0;
}

bool is_ready(const FileDescriptor& holder) {
    char word = 0;
    return ::read(holder.get(), &word, 1) == 1;
}

Error no_users(const Error& why) {
    return Error{
        Code::unavailable,
        "the runner cannot have a user of its own: " + why.message +
            " (root needs user namespaces: sysctl user.max_user_namespaces)"};
}

Result<> open_part(pid_t process, const char* name, int flags, FileDescriptor& out) {
    auto file = open_file("/proc/" + std::to_string(process) + "/" + name, flags);
    if (!file) return file.error();
    out = std::move(*file);
    return {};
}

}  // namespace

Result<JobUsers> JobUsers::make() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return no_users(from_errno("make a channel"));
    }
    FileDescriptor ours{ends[0]};
    FileDescriptor theirs{ends[1]};
    // In our memory: a copy of it would take longer than all the rest.
    constexpr int kWanted = CLONE_VM | CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD;
    alignas(std::max_align_t) char stack[kStackBytes];
    const auto holder = ::clone(hold_spaces, stack + kStackBytes, kWanted, &ends[1]);
    if (holder < 0) return no_users(from_errno("make a user namespace"));
    theirs = {};
    JobUsers out;
    Result<> opened = Error{Code::internal, "nobody holds the user namespace"};
    if (is_ready(ours)) opened = open_part(holder, "ns/user", O_RDONLY, out.space_);
    if (opened) opened = open_part(holder, "ns/net", O_RDONLY, out.network_);
    if (opened) opened = open_part(holder, "uid_map", O_WRONLY, out.users_);
    if (opened) opened = open_part(holder, "gid_map", O_WRONLY, out.groups_);
    ours = {};
    ::waitpid(holder, nullptr, 0);
    if (!opened) return no_users(opened.error());
    return out;
}

/// Whose rights change must not be looked into, says the kernel; here that would take the files of
/// its own /proc away. Nobody else is this user.
Result<> JobUsers::enter(uid_t runner, uid_t steps) {
    const auto both = std::to_string(steps);
    const auto known = "0 " + std::to_string(runner) + " 1\n" + both + " " + both + " 1\n";
    if (auto ok = write_all(users_.get(), known); !ok)
        return with_context("name users", ok.error());
    if (auto ok = write_all(groups_.get(), known); !ok) {
        return with_context("name groups", ok.error());
    }
    if (::setns(space_.get(), CLONE_NEWUSER) != 0) return from_errno("enter a user namespace");
    if (::setresgid(0, 0, 0) != 0) return from_errno("change the group");
    if (::setresuid(0, 0, 0) != 0) return from_errno("change the user");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return from_errno("refuse new privileges");
    if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return from_errno("keep its own files");
    *this = {};
    return {};
}

}  // namespace triphammer::execution
