#include "base/alarm.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer {

namespace asio = boost::asio;

struct Alarm::Timer {
    explicit Timer(const Executor& executor) : wait{executor} {}

    asio::steady_timer wait;
};

Alarm::Alarm(const Executor& executor) : timer_{std::make_unique<Timer>(executor)} {}

Alarm::~Alarm() = default;

void Alarm::ring() {
    rung_ = true;
    timer_->wait.cancel();
}

Task<> Alarm::sleep(std::optional<Milliseconds> limit) {
    auto& wait = timer_->wait;
    if (limit) wait.expires_after(*limit);
    if (!limit) wait.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    if (!rung_) co_await wait.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    rung_ = false;
}

}  // namespace triphammer
