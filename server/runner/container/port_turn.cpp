#include "runner/container/port_turn.hpp"

#include "base/deadline.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::chrono::milliseconds kPause{250};

/// An abstract Unix socket: the kernel gives a name to one process only and takes it back when that
/// one dies (unix(7)). Nothing listens on it.
Result<FileDescriptor> try_hold(std::uint16_t port) {
    FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) return from_errno("make a socket");
    const auto name = "triphammer/port/" + std::to_string(port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket.get(), generic, static_cast<socklen_t>(length)) == 0) return socket;
    if (errno == EADDRINUSE) return conflict("port " + std::to_string(port) + " is held");
    return from_errno("hold port " + std::to_string(port));
}

Task<Result<FileDescriptor>> wait_for(JobSession& session, std::uint16_t port) {
    auto socket = try_hold(port);
    if (socket || socket.error().code != Code::conflict) co_return socket;
    auto saying = session.log(
        0,
        "port " + std::to_string(port) + " of this machine is another job's now: waiting for it\n"
    );
    co_await std::move(saying);
    while (!socket && socket.error().code == Code::conflict) {
        co_await sleep_for(kPause);
        socket = try_hold(port);
    }
    co_return socket;
}

}  // namespace

Task<Result<>> PortTurn::take(JobSession& session, std::vector<std::uint16_t> ports) {
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());  // tcp and udp
    for (const auto port : ports) {
        auto waiting = wait_for(session, port);
        auto socket = co_await std::move(waiting);
        if (!socket) co_return socket.error();
        held_.push_back(std::move(*socket));
    }
    co_return Result<>{};
}

}  // namespace triphammer::runner
