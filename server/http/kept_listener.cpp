#include "http/kept_listener.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace triphammer::http {

namespace {

constexpr int kFirstGiven = 3;
constexpr std::string_view kName = "listener";

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

/// How many descriptors were given to this process, and not to its parent.
int count_given() {
    if (parse_integer(environment("LISTEN_PID")) != ::getpid()) return 0;
    return static_cast<int>(parse_integer(environment("LISTEN_FDS")).value_or(0));
}

/// To whom systemd listens; a name that begins with @ has no file.
bool make_address(std::string_view socket, sockaddr_un& address, socklen_t& size) {
    if (socket.empty() || socket.size() >= sizeof address.sun_path) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), socket.size());
    if (socket.front() == '@') address.sun_path[0] = '\0';
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
    return true;
}

/// With a copy of `fd` where there is one.
Result<> tell_systemd(std::string text, int fd) {
    sockaddr_un address{};
    socklen_t size = 0;
    if (!make_address(environment("NOTIFY_SOCKET"), address, size)) return {};
    const FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    iovec bytes{text.data(), text.size()};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof fd)] = {};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = size;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        auto* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    if (::sendmsg(socket.get(), &message, MSG_NOSIGNAL) < 0) return from_errno("tell systemd");
    return {};
}

/// The given ones are ours to close; the first that listens there is returned.
FileDescriptor take_given(const std::string& address, std::uint16_t port) {
    FileDescriptor found;
    for (int fd = kFirstGiven; fd < kFirstGiven + count_given(); ++fd) {
        FileDescriptor given{fd};
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (!found && listens_at(fd, address, port)) found = std::move(given);
    }
    ::unsetenv("LISTEN_PID");  // once: these numbers are somebody else's from now on
    return found;
}

}  // namespace

Result<FileDescriptor> open_kept_listener(const std::string& address, std::uint16_t port) {
    if (auto given = take_given(address, port)) return given;
    auto made = open_tcp_listener(address, port);
    if (!made) return made;
    const auto name = "FDNAME=" + std::string{kName};
    auto told = tell_systemd("FDSTOREREMOVE=1\n" + name, -1);
    if (told) told = tell_systemd("FDSTORE=1\n" + name, made->get());
    if (!told) log::warning("a restart refuses connections", {{"error", told.error().message}});
    return made;
}

}  // namespace triphammer::http
