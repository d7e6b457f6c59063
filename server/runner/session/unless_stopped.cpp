#include "runner/session/unless_stopped.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer::runner {

namespace asio = boost::asio;

Task<bool> finish_unless_stopped(Task<> work, execution::StopToken& stop) {
    if (stop.requested()) co_return false;
    const auto executor = co_await asio::this_coro::executor;
    auto job = asio::co_spawn(executor, std::move(work), asio::deferred);
    auto alarm = asio::co_spawn(executor, stop.wait(), asio::deferred);
    auto race = asio::experimental::make_parallel_group(std::move(job), std::move(alarm));
    auto [order, failure, ignored] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1) co_return false;
    if (failure) std::rethrow_exception(failure);
    co_return true;
}

}  // namespace triphammer::runner
