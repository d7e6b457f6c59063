#include "runner/standby.hpp"

#include "base/file.hpp"
#include "launcher/standby.hpp"
#include "launcher/start_line.hpp"

#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace triphammer::runner {

namespace {

constexpr std::size_t kDescriptors = 3;
/// The first that is neither standard nor agreed.
constexpr unsigned kFirstFree = launcher::kLockDescriptor + 1;

struct Received {
    std::string folder;
    int descriptors[kDescriptors] = {-1, -1, -1};  // start line, lock, log
};

/// Nothing: the other end is gone, or says what no launcher says.
std::optional<Received> receive() {
    Received out;
    char path[PATH_MAX];
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof out.descriptors)];
    iovec text{path, sizeof path};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    ssize_t count = -1;
    do {
        count = ::recvmsg(launcher::kStandbyDescriptor, &message, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    const cmsghdr* head = count > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (head == nullptr || head->cmsg_len != CMSG_LEN(sizeof out.descriptors)) return {};
    std::memcpy(out.descriptors, CMSG_DATA(head), sizeof out.descriptors);
    out.folder.assign(path, static_cast<std::size_t>(count));
    return out;
}

/// As fork, but the child is our parent's: the launcher reaps it. Not clone3, which Docker's filter
/// of system calls answers with ENOSYS.
pid_t copy_self() {
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT, nullptr, nullptr, nullptr, 0UL));
}

/// What the launcher gives a program that it starts itself (Attempts, SystemSpawner).
bool become_runner(const Received& start) {
    const auto [line, lock, log] = start.descriptors;
    const bool moved = ::dup2(log, STDOUT_FILENO) >= 0 && ::dup2(log, STDERR_FILENO) >= 0 &&
                       ::dup2(line, launcher::kStartLineDescriptor) >= 0 &&
                       ::dup2(lock, launcher::kLockDescriptor) >= 0;
    ::close_range(kFirstFree, ~0U, 0);
    ::setsid();
    return moved && ::chdir(start.folder.c_str()) == 0;
}

}  // namespace

bool stand_by(char* argument) {
    // What is received must not come to lie where a copy wants to have something else.
    ::dup2(STDIN_FILENO, launcher::kLockDescriptor);
    while (const auto start = receive()) {
        const pid_t pid = copy_self();
        if (pid == 0) {
            std::memset(argument, 0, std::strlen(argument));
            if (!become_runner(*start)) ::_exit(1);
            return true;
        }
        for (const int fd : start->descriptors) ::close(fd);
        if (::send(launcher::kStandbyDescriptor, &pid, sizeof pid, MSG_NOSIGNAL) < 0) break;
    }
    return false;
}

}  // namespace triphammer::runner
