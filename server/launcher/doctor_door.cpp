#include "launcher/doctor_door.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/spawn.hpp"
#include "launcher/peer.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>

#include <cstdlib>

namespace triphammer::launcher {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kMostTime{20};

Result<Child> start_doctor(const Settings& settings, int connection) {
    const auto* path = std::getenv("PATH");
    SpawnRequest request;
    request.arguments = settings.doctor;
    request.environment = {
        std::string{"PATH="} + (path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path),
        "TRIPHAMMER_LAUNCHER_CGROUP=" + settings.cgroup.string()};
    request.input = connection;
    request.output = connection;
    return SystemSpawner{}.spawn(request);
}

Task<> wait_for_end(const Child& child) {
    FileDescriptor watched{::fcntl(child.pidfd(), F_DUPFD_CLOEXEC, 0)};
    asio::posix::stream_descriptor waiter{co_await asio::this_coro::executor, watched.release()};
    co_await waiter.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
}

/// Blocking, as a program expects its input and output.
FileDescriptor take_out(asio::local::stream_protocol::socket socket) {
    socket.native_non_blocking(false);
    return FileDescriptor{socket.release()};
}

}  // namespace

Task<> answer_at_door(asio::local::stream_protocol::acceptor& door, const Settings& settings) {
    for (;;) {
        auto socket = co_await door.async_accept(asio::use_awaitable);
        if (!may_connect(settings, socket.native_handle())) continue;
        auto connection = take_out(std::move(socket));
        auto child = start_doctor(settings, connection.get());
        connection.close();
        if (!child) {
            log::warning("no doctor could be started", {{"why", child.error().message}});
            continue;
        }
        auto ending = finish_within(wait_for_end(*child), kMostTime);
        const bool has_ended = co_await std::move(ending);
        if (!has_ended) child->signal_group(SIGKILL);
        child->wait();
    }
}

}  // namespace triphammer::launcher
