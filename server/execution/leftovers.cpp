#include "execution/leftovers.hpp"

#include "execution/readable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>
#include <signal.h>

#include <array>

namespace triphammer::execution {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPiece = std::size_t{16} << 10U;

Task<> drop_output(FileDescriptor output) {
    asio::posix::stream_descriptor pipe{co_await asio::this_coro::executor, output.release()};
    std::array<char, kPiece> piece{};
    const auto into = asio::buffer(piece);
    for (;;) {
        const auto [failure, count] =
            co_await pipe.async_read_some(into, asio::as_tuple(asio::use_awaitable));
        if (failure) co_return;
    }
}

bool has_ended(const Enclosed& inside) {
    pollfd ask{inside.first.pidfd(), POLLIN, 0};
    return ::poll(&ask, 1, 0) > 0;
}

}  // namespace

void Leftovers::add(Enclosed inside, FileDescriptor output) {
    idle_.push_back(std::move(inside));
    readers_.spawn("output", drop_output(std::move(output)));
}

std::optional<Enclosed> Leftovers::take() {
    while (!idle_.empty()) {
        auto last = std::move(idle_.back());
        idle_.pop_back();
        if (!has_ended(last)) return last;
        last.first.wait();
    }
    return {};
}

Task<> Leftovers::end() {
    for (const auto& each : idle_) ::kill(each.first.pid(), SIGKILL);
    for (auto& each : std::exchange(idle_, {})) {
        auto gone = wait_readable(each.first.pidfd());
        co_await std::move(gone);
        each.first.wait();
    }
    auto stopping = readers_.stop();
    co_await std::move(stopping);
}

}  // namespace triphammer::execution
