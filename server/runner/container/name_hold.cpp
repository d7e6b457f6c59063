#include "runner/container/name_hold.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostNameBytes = 90;  // a socket's address has 108

}  // namespace

/// An abstract Unix socket: the kernel gives a name to one process only and takes it back when that
/// one dies (unix(7)). Nothing listens on it.
Result<FileDescriptor> hold_name(const std::string& name) {
    if (name.size() > kMostNameBytes) return invalid("the name " + name + " is too long to hold");
    FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) return from_errno("make a socket");
    const auto path = "triphammer/" + name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, path.data(), path.size());
    const auto length = offsetof(sockaddr_un, sun_path) + 1 + path.size();
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket.get(), generic, static_cast<socklen_t>(length)) == 0) return socket;
    if (errno == EADDRINUSE) return conflict(name + " is held");
    return from_errno("hold " + name);
}

}  // namespace triphammer::runner
