#include "runner/standby.hpp"

#include "base/file.hpp"
#include "execution/network_policy.hpp"
#include "launcher/standby.hpp"
#include "launcher/start_line.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

namespace {

constexpr std::size_t kDescriptors = 4;
constexpr std::size_t kLeastDescriptors = 3;
/// Jobs start in pairs and more when others have ended.
constexpr std::size_t kItems = 2;
/// Milliseconds, after a copy was made: its first step has begun by then.
constexpr int kPause = 20;
/// What is known of the machine's addresses may be so old; each connection is judged anew.
constexpr std::chrono::seconds kMemory{1};
/// Networks that end together cost the kernel half of what they cost it one by one.
constexpr std::size_t kEndTogether = 16;
/// Milliseconds without a start: then they end, however few they are.
constexpr int kRest = 1000;

struct Received {
    std::string folder;
    int descriptors[kDescriptors] = {-1, -1, -1, -1};  // start line, lock, log, perhaps a group
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
    if (head == nullptr || head->cmsg_len < CMSG_LEN(kLeastDescriptors * sizeof(int))) return {};
    std::memcpy(out.descriptors, CMSG_DATA(head), head->cmsg_len - CMSG_LEN(0));
    out.folder.assign(path, static_cast<std::size_t>(count));
    return out;
}

/// As fork, but the child is our parent's: the launcher reaps it. Begun in its group it need not be
/// moved there, which takes 12 ms: the kernel waits for every processor.
pid_t copy_into(int group) {
    clone_args wanted{};
    wanted.flags = CLONE_PARENT | CLONE_INTO_CGROUP;
    wanted.cgroup = static_cast<std::uint64_t>(group);
    return static_cast<pid_t>(::syscall(SYS_clone3, &wanted, sizeof wanted));
}

/// Where there is no group not by clone3, which Docker's filter of system calls answers with
/// ENOSYS.
pid_t copy_self(int group) {
    const auto copy = group < 0 ? -1 : copy_into(group);
    if (copy >= 0) return copy;
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT, nullptr, nullptr, nullptr, 0UL));
}

/// What the launcher gives a program that it starts itself (Attempts, SystemSpawner).
bool become_runner(const Received& start) {
    const auto& [line, lock, log, group] = start.descriptors;
    const bool moved = ::dup2(log, STDOUT_FILENO) >= 0 && ::dup2(log, STDERR_FILENO) >= 0 &&
                       ::dup2(line, launcher::kStartLineDescriptor) >= 0 &&
                       ::dup2(lock, launcher::kLockDescriptor) >= 0;
    for (const int fd : {line, lock, log, group}) ::close(fd);
    ::setsid();
    return moved && ::chdir(start.folder.c_str()) == 0;
}

/// Within `wait` milliseconds.
bool is_asked(int wait) {
    pollfd socket{launcher::kStandbyDescriptor, POLLIN, 0};
    return ::poll(&socket, 1, wait) > 0;
}

/// What the next copies need. What cannot be made here, each copy tries itself, and says why.
class Stock {
  public:
    /// Until somebody waits for a copy. The one just made needs the processor more than we do, but
    /// the next one must find a network.
    void fill() {
        while (can_make_ && items_.size() < kItems && !is_asked(pause())) {
            auto made = make_ahead(borders());
            can_make_ = made.users && made.network;
            if (made.network) items_.push_back(std::move(made));
        }
    }

    /// Nobody wants anything: what was used need not wait for others any more.
    void rest() {
        if (!used_.empty() && !is_asked(kRest)) used_.clear();
    }

    Ahead take() {
        if (items_.empty()) return {};
        auto out = std::move(items_.back());
        items_.pop_back();
        hold(*out.network);
        return out;
    }

    void clear() {
        items_.clear();
        used_.clear();
    }

  private:
    int pause() const { return items_.empty() ? 0 : kPause; }

    const execution::Borders& borders() {
        const auto now = std::chrono::steady_clock::now();
        if (now - looked_ < kMemory) return borders_;
        looked_ = now;
        return borders_ = execution::find_borders();
    }

    /// The namespace alone: nothing is open in it when its job is over.
    void hold(const execution::Network& network) {
        if (used_.size() >= kEndTogether) used_.clear();
        used_.emplace_back(::fcntl(network.descriptor(), F_DUPFD_CLOEXEC, 0));
    }

    bool can_make_ = ::geteuid() == 0;
    std::vector<Ahead> items_;
    std::vector<FileDescriptor> used_;
    execution::Borders borders_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now() - kMemory;
};

}  // namespace

std::optional<Ahead> stand_by(char* argument) {
    // Nothing that is opened later must come to lie where a copy wants to have something else.
    ::dup2(STDIN_FILENO, launcher::kLockDescriptor);
    Stock stock;
    for (;;) {
        stock.fill();
        stock.rest();
        const auto start = receive();
        if (!start) return {};
        auto ahead = stock.take();
        const pid_t pid = copy_self(start->descriptors[kDescriptors - 1]);
        if (pid == 0) {
            stock.clear();
            std::memset(argument, 0, std::strlen(argument));
            if (!become_runner(*start)) ::_exit(1);
            return ahead;
        }
        for (const int fd : start->descriptors) ::close(fd);
        if (::send(launcher::kStandbyDescriptor, &pid, sizeof pid, MSG_NOSIGNAL) < 0) return {};
    }
}

}  // namespace triphammer::runner
