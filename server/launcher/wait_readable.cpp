#include "launcher/wait_readable.hpp"

#include "base/deadline.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer::launcher {

Task<> wait_readable(FileDescriptor descriptor) {
    boost::asio::posix::stream_descriptor waiter{
        co_await boost::asio::this_coro::executor, descriptor.release()};
    co_await waiter.async_wait(
        boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable
    );
}

Task<> wait_unlocked(std::filesystem::path file) {
    constexpr std::chrono::milliseconds kLook{500};
    while (is_locked(file)) {
        auto pause = sleep_for(kLook);
        co_await std::move(pause);
    }
}

}  // namespace triphammer::launcher
