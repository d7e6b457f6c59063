#include "http/deadlines.hpp"

#include <boost/asio/steady_timer.hpp>

namespace triphammer::http {

namespace asio = boost::asio;

struct Deadlines::State : std::enable_shared_from_this<State> {
    State(const Executor& executor, std::chrono::milliseconds every)
        : timer{executor}, tick{every} {}

    void arm();
    void look();

    asio::steady_timer timer;
    std::chrono::milliseconds tick;
    std::list<Deadline*> entries;
    std::list<Deadline*>::iterator next =
        entries.end();  // of `look`; its callbacks may end entries
    bool armed = false;
    bool stopped = false;
};

void Deadlines::State::arm() {
    if (armed || stopped || entries.empty()) return;
    armed = true;
    timer.expires_after(tick);
    timer.async_wait([self = weak_from_this()](const boost::system::error_code& error) {
        const auto state = self.lock();
        if (!state || error) return;
        state->armed = false;
        state->look();
        state->arm();
    });
}

void Deadlines::State::look() {
    const auto now = Deadline::Clock::now();
    next = entries.begin();
    while (next != entries.end()) {
        auto* entry = *next++;
        if (entry->due_ > now) continue;
        entry->clear();
        entry->passed_ = true;
        entry->on_passed_();
    }
}

Deadlines::Deadlines(Executor executor, std::chrono::milliseconds tick)
    : state_{std::make_shared<State>(std::move(executor), tick)} {}

Deadlines::~Deadlines() {
    stop();
}

void Deadlines::stop() {
    state_->stopped = true;
    state_->timer.cancel();
}

Deadline::Deadline(Deadlines& all, std::function<void()> on_passed)
    : all_{all.state_}, on_passed_{std::move(on_passed)} {
    place_ = all_->entries.insert(all_->entries.end(), this);
    all_->arm();
}

Deadline::~Deadline() {
    if (all_->next == place_) ++all_->next;
    all_->entries.erase(place_);
}

void Deadline::set(std::chrono::milliseconds limit) {
    due_ = Clock::now() + limit - all_->tick;
}

void Deadline::clear() {
    due_ = Clock::time_point::max();
}

}  // namespace triphammer::http
