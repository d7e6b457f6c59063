#include "execution/output_pump.hpp"

#include "execution/descendants.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace triphammer::execution {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
/// A read that gave more than this is followed by another at once.
constexpr std::size_t kLittle = kReadBytes / 4;
constexpr std::chrono::milliseconds kPause{1};
/// A process that never stops writing must not keep us from its deadline, a cancel or the daemon.
constexpr int kReadsInARow = 4;

}  // namespace

OutputPump::OutputPump(const Executor& executor, FileDescriptor pipe, OutputSink& sink, Tree tree)
    : executor_{executor},
      pipe_{std::move(pipe)},
      sink_{sink},
      tree_{tree},
      buffer_{new char[kReadBytes]},
      watch_{executor},
      pause_{executor} {
    ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
}

/// The pipe is ours alone: what still watches it must not close it.
OutputPump::~OutputPump() {
    if (watch_.is_open()) (void)watch_.release();
}

Task<> OutputPump::run() {
    for (;;) {
        const auto most = std::min(kReadBytes, left_.value_or(kReadBytes));
        const auto count = most == 0 ? 0 : ::read(pipe_.get(), buffer_.get(), most);
        if (count > 0) {
            const std::string_view bytes{buffer_.get(), static_cast<std::size_t>(count)};
            if (left_) *left_ -= bytes.size();
            auto writing = sink_.write(bytes);
            const auto written = co_await std::move(writing);
            if (!written) co_return fail(written.error());
            auto resting = after(bytes.size());
            co_await std::move(resting);
            continue;
        }
        const bool again = count < 0 && (errno == EAGAIN || errno == EINTR);
        if (!again || left_) co_return;
        auto waiting = wait_for_more();
        co_await std::move(waiting);
    }
}

void OutputPump::finish() {
    int waiting = 0;
    ::ioctl(pipe_.get(), FIONREAD, &waiting);
    left_ = static_cast<std::size_t>(waiting);
    boost::system::error_code ignored;
    watch_.cancel(ignored);
    pause_.cancel();
}

/// Lets the pipe fill after a small read; lets others run after some large ones.
Task<> OutputPump::after(std::size_t bytes) {
    if (bytes >= kLittle) {
        if (++reads_ % kReadsInARow == 0) co_await asio::post(executor_, asio::use_awaitable);
        co_return;
    }
    if (left_) co_return;
    pause_.expires_after(kPause);
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
}

/// A pipe that epoll holds wakes its holder at every single write, awaited or not: so it is given
/// to it only for the time of a wait.
Task<> OutputPump::wait_for_more() {
    watch_.assign(pipe_.get());
    co_await watch_.async_wait(
        asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
    );
    (void)watch_.release();
}

/// Without a reader the process dies of SIGPIPE at its next write; the tree is killed at once.
void OutputPump::fail(const Error& error) {
    failure_ = error;
    kill_tree(tree_);
}

}  // namespace triphammer::execution
