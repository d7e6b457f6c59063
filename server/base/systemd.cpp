#include "base/systemd.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace triphammer {

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
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

}  // namespace

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

std::optional<Milliseconds> find_watchdog_pause() {
    const auto process = environment("WATCHDOG_PID");
    if (!process.empty() && parse_integer(process) != ::getpid()) return {};
    const auto limit = parse_integer(environment("WATCHDOG_USEC")).value_or(0);
    constexpr std::int64_t kMicroseconds = 1000;
    if (limit < 2 * kMicroseconds) return {};
    return Milliseconds{limit / kMicroseconds / 2};
}

}  // namespace triphammer
