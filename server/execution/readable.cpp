#include "execution/readable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>

namespace triphammer::execution {

namespace asio = boost::asio;

Task<> wait_readable(int descriptor) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    asio::posix::stream_descriptor waiter{co_await asio::this_coro::executor, copy};
    co_await waiter.async_wait(
        asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
    );
}

}  // namespace triphammer::execution
