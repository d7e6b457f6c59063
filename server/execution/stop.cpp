#include "execution/stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer::execution {

namespace asio = boost::asio;

struct StopToken::Alarm {
    asio::steady_timer timer;

    explicit Alarm(const Executor& executor)
        : timer{executor, asio::steady_timer::time_point::max()} {}
};

StopToken::StopToken(Executor executor) : alarm_{std::make_unique<Alarm>(executor)} {}

StopToken::~StopToken() = default;

void StopToken::request(std::string why, std::chrono::milliseconds grace) {
    if (requested_) return;
    requested_ = true;
    why_ = std::move(why);
    grace_ = grace;
    alarm_->timer.cancel();
}

Task<> StopToken::wait() {
    if (requested_) co_return;
    co_await alarm_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!requested_) throw boost::system::system_error{asio::error::operation_aborted};
}

}  // namespace triphammer::execution
