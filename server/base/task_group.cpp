#include "base/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>

namespace triphammer {

namespace asio = boost::asio;

struct TaskGroup::State {
    Executor executor;
    OnFailure on_failure;
    std::list<asio::cancellation_signal> children;
    asio::steady_timer empty;  // cancelled whenever the last child has ended
    bool stopping = false;

    State(Executor home, OnFailure failure)
        : executor{home}, on_failure{std::move(failure)}, empty{home} {}

    void finish(std::list<asio::cancellation_signal>::iterator child) {
        children.erase(child);
        if (children.empty()) empty.cancel();
    }

    void tell(const std::string& name, const std::exception_ptr& failure) const;
};

namespace {

bool is_cancellation(const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
}

}  // namespace

void TaskGroup::State::tell(const std::string& name, const std::exception_ptr& failure) const {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (!is_cancellation(error) && on_failure) on_failure(name, error.what());
    } catch (const std::exception& error) {
        if (on_failure) on_failure(name, error.what());
    }
}

TaskGroup::TaskGroup(Executor executor, OnFailure on_failure)
    : state_{std::make_shared<State>(std::move(executor), std::move(on_failure))} {}

TaskGroup::~TaskGroup() = default;

bool TaskGroup::spawn(std::string name, Task<> child) {
    if (state_->stopping) return false;
    auto place = state_->children.emplace(state_->children.end());
    auto slot = place->slot();
    asio::co_spawn(
        state_->executor,
        std::move(child),
        asio::bind_cancellation_slot(
            slot,
            [state = state_, place, name = std::move(name)](std::exception_ptr failure) {
                state->tell(name, failure);
                state->finish(place);
            }
        )
    );
    return true;
}

std::size_t TaskGroup::size() const {
    return state_->children.size();
}

Task<> TaskGroup::join() {
    auto state = state_;
    while (!state->children.empty()) {
        state->empty.expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code ignored;
        co_await state->empty.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

Task<> TaskGroup::stop() {
    state_->stopping = true;
    auto child = state_->children.begin();
    while (child != state_->children.end()) {
        auto current = child++;
        current->emit(asio::cancellation_type::terminal);
    }
    co_await join();
}

}  // namespace triphammer
