#include "launcher/standby.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace triphammer::launcher {

namespace {

constexpr timeval kPatience{5, 0};
constexpr std::size_t kMostDescriptors = 4;

Result<std::pair<FileDescriptor, FileDescriptor>> make_sockets() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return from_errno("make a pair of sockets");
    }
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    return std::pair{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

Error no_standby(const Error& why) {
    return Error{Code::unavailable, why.message};
}

}  // namespace

Standby::Standby(std::filesystem::path program, std::vector<std::string> environment)
    : program_{std::move(program)}, environment_{std::move(environment)} {}

Standby::~Standby() {
    close();
}

/// One that has died since is replaced once.
Result<Child> Standby::start(const Start& start) {
    Result<> sent;
    for (int tried = 0; tried < 2; ++tried) {
        if (auto ready = open(); !ready) return no_standby(ready.error());
        sent = send(start);
        if (sent) return receive();
        close();
    }
    return no_standby(sent.error());
}

Result<> Standby::open() {
    if (socket_) return {};
    auto sockets = make_sockets();
    if (!sockets) return sockets.error();
    SpawnRequest request;
    request.arguments = {program_.string(), kStandbyArgument};
    request.environment = environment_;
    request.error = STDERR_FILENO;
    request.inherit = {{sockets->second.get(), kStandbyDescriptor}};
    request.new_session = true;
    SystemSpawner spawner;
    auto started = spawner.spawn(request);
    if (!started) return started.error();
    process_ = std::move(*started);
    socket_ = std::move(sockets->first);
    return {};
}

void Standby::close() {
    socket_ = {};
    if (!process_) return;
    process_->signal_group(SIGKILL);
    process_->wait();
    process_.reset();
}

Result<> Standby::send(const Start& start) {
    const int descriptors[kMostDescriptors] = {start.line, start.lock, start.log, start.group};
    const auto size = sizeof(int) * (start.group < 0 ? kMostDescriptors - 1 : kMostDescriptors);
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof descriptors)] = {};
    iovec text{const_cast<char*>(start.folder.data()), start.folder.size()};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(head), descriptors, size);
    if (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0) {
        return from_errno("ask the standby for a runner");
    }
    return {};
}

/// The copy is our child and nobody else reaps it: its number cannot mean another process.
Result<Child> Standby::receive() {
    pid_t pid = -1;
    const auto count = ::recv(socket_.get(), &pid, sizeof pid, 0);
    if (count != ssize_t{sizeof pid}) {
        close();
        return Error{Code::io, "the standby did not say which runner it started"};
    }
    if (pid <= 0) return no_standby(Error{Code::unavailable, "the standby cannot copy itself"});
    FileDescriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (!pidfd) return from_errno("watch a runner");
    ::fcntl(pidfd.get(), F_SETFD, FD_CLOEXEC);
    return Child{pid, std::move(pidfd)};
}

}  // namespace triphammer::launcher
