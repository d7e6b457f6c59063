#include "base/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer {

namespace asio = boost::asio;

Task<> sleep_for(std::chrono::milliseconds duration) {
    asio::steady_timer timer{co_await asio::this_coro::executor, duration};
    co_await timer.async_wait(asio::use_awaitable);
}

Task<bool> finish_within(Task<> work, std::chrono::milliseconds limit) {
    asio::steady_timer timer{co_await asio::this_coro::executor, limit};
    auto job = asio::co_spawn(timer.get_executor(), std::move(work), asio::deferred);
    auto race =
        asio::experimental::make_parallel_group(std::move(job), timer.async_wait(asio::deferred));
    auto [order, failure, ignored] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1) co_return false;
    if (failure) std::rethrow_exception(failure);
    co_return true;
}

}  // namespace triphammer
