#include "runner/session/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>

namespace triphammer::runner {

namespace asio = boost::asio;

struct Wakeup::Waiters {
    Executor executor;
    std::list<asio::steady_timer> timers;
};

Wakeup::Wakeup(Executor executor) : waiters_{std::make_unique<Waiters>()} {
    waiters_->executor = std::move(executor);
}

Wakeup::~Wakeup() = default;

void Wakeup::ring() {
    for (auto& timer : waiters_->timers) timer.cancel();
}

Task<> Wakeup::wait() {
    auto waiting = wait_until(Instant::max());
    co_await std::move(waiting);
}

Task<> Wakeup::wait_until(Instant until) {
    auto& timers = waiters_->timers;
    const auto mine = timers.emplace(timers.end(), waiters_->executor, until);
    co_await mine->async_wait(asio::as_tuple(asio::use_awaitable));
    timers.erase(mine);
}

}  // namespace triphammer::runner
