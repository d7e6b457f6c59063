#include "runner/container/port_turn.hpp"

#include "base/deadline.hpp"
#include "runner/container/name_hold.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::chrono::milliseconds kPause{250};

Result<FileDescriptor> try_hold(std::uint16_t port) {
    return hold_name("port/" + std::to_string(port));
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
