#include "api/live/live_hub.hpp"

#include "api/live/live_text.hpp"
#include "store/placed_change.hpp"
#include "store/runs/board_store.hpp"
#include "store/sqlite/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace triphammer::api {

namespace asio = boost::asio;

namespace {

constexpr int kBatch = 500;                // rows of `changes` read at a time
constexpr std::size_t kMaxWaiting = 2000;  // messages of one follower; beyond: resync
constexpr std::int64_t kMaxReplay = 20'000;
constexpr std::chrono::milliseconds kCountsPause{250};  // between two looks at the counts
constexpr const char* kCounts = "counts";

/// Whose rights this changed, as `changes.actor` names them; empty: nobody's.
std::string actor_changed_by(const store::ChangeRow& change) {
    if (change.subject == "user") return "user:" + change.reason;
    if (change.subject == "token" && change.to_state == "revoked") return "token:" + change.reason;
    if (change.subject == "session" && change.to_state == "ended") return change.actor;
    return {};
}

}  // namespace

namespace {

struct Counts {
    std::int64_t seq = 0;  // the newest change that they contain
    std::string text;
};

}  // namespace

struct Follower::State {
    access::Principal who;
    store::Database& database;
    asio::steady_timer wake;
    std::set<std::string> topics;
    std::deque<std::string> waiting;
    std::map<std::string, std::string> newest;  // of each followed log, and the counts
    std::int64_t sent = 0;                      // changes up to here are in `waiting` or gone
    std::int64_t counted = 0;                   // Counts::seq of the newest counts
    bool closed = false;
    bool replaying = false;

    State(Executor executor, store::Database& db, access::Principal principal)
        : who{std::move(principal)}, database{db}, wake{executor} {}

    void push(std::string text) {
        if (waiting.size() >= kMaxWaiting) {
            waiting.clear();
            waiting.push_back(resync_text(sent));
        } else {
            waiting.push_back(std::move(text));
        }
        wake.cancel();
    }

    void take(const store::PlacedChange& placed) {
        const auto& change = placed.change;
        if (change.seq <= sent) return;
        sent = change.seq;
        if (!access::is_allowed(who, access::Role::viewer, placed.repository)) return;
        for (const auto& topic : topics_of(change)) {
            if (topics.contains(topic)) push(change_text(change, topic));
        }
    }

    void take(const LogGrowth& growth) {
        auto topic = topic_of(growth);
        if (!topics.contains(topic)) return;
        newest[std::move(topic)] = growth_text(growth);
        wake.cancel();
    }

    bool wants_counts() const { return topics.contains(kCounts) && access::sees_all(who); }

    /// Two looks may be under way, its own and everybody's: the later one stays, whichever ends
    /// last.
    void take_counts(const Counts& counts) {
        if (!wants_counts() || counts.seq < counted) return;
        counted = counts.seq;
        newest[kCounts] = counts.text;
        wake.cancel();
    }

    void end() {
        closed = true;
        wake.cancel();
    }

    std::optional<std::string> pop() {
        if (!waiting.empty()) {
            auto text = std::move(waiting.front());
            waiting.pop_front();
            return text;
        }
        if (newest.empty()) return {};
        auto text = std::move(newest.begin()->second);
        newest.erase(newest.begin());
        return text;
    }
};

struct LiveHub::State {
    Executor executor;
    store::Database& database;
    std::vector<std::weak_ptr<Follower::State>> followers;
    std::int64_t seq = 0;
    bool reading = false;
    bool again = false;
    bool counting = false;
    bool counts_are_old = false;
    asio::steady_timer pause;  // between two looks at the counts

    State(Executor home, store::Database& db)
        : executor{std::move(home)}, database{db}, pause{executor} {}

    void give(const std::vector<store::PlacedChange>& changes) {
        for (const auto& placed : changes) {
            seq = std::max(seq, placed.change.seq);
            counts_are_old = counts_are_old || changes_counts(placed.change);
            const auto changed = actor_changed_by(placed.change);
            for_each([&](Follower::State& follower) {
                if (!changed.empty() && follower.who.actor == changed) follower.end();
                if (!follower.replaying) follower.take(placed);
            });
        }
    }

    void forget_gone() {
        std::erase_if(followers, [](const auto& weak) { return weak.expired(); });
    }

    template <class Visit>
    void for_each(Visit visit) {
        forget_gone();
        for (const auto& weak : followers) {
            if (const auto follower = weak.lock()) visit(*follower);
        }
    }
};

namespace {

Task<Result<std::vector<store::PlacedChange>>> read_changes(
    store::Database& database, std::int64_t after
) {
    auto list = [after](store::Connection& connection) -> Result<std::vector<store::PlacedChange>> {
        return store::list_placed_changes(connection, after, kBatch);
    };
    auto listed = database.read(list);
    co_return co_await std::move(listed);
}

Task<Result<Counts>> read_counts(store::Database& database) {
    auto count = [](store::Connection& connection) -> Result<Counts> {
        return Counts{store::last_change(connection), counts_text(store::count_open(connection))};
    };
    auto counted = database.read(count);
    co_return co_await std::move(counted);
}

}  // namespace

LiveHub::LiveHub(Executor executor, store::Database& database)
    : state_{std::make_shared<State>(std::move(executor), database)} {}

LiveHub::~LiveHub() {
    state_->counts_are_old = false;
    state_->pause.cancel();
}

namespace {

/// At once, and then not again before the pause is over: however much happens, few looks.
template <class State>
Task<> count_rounds(std::shared_ptr<State> state) {
    while (std::exchange(state->counts_are_old, false)) {
        auto asked = read_counts(state->database);
        const auto counts = co_await std::move(asked);
        if (counts) state->for_each([&](auto& follower) { follower.take_counts(*counts); });
        state->pause.expires_after(kCountsPause);
        boost::system::error_code ignored;
        co_await state->pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    state->counting = false;
}

template <class State>
void tell_counts(const std::shared_ptr<State>& state) {
    bool is_wanted = false;
    state->for_each([&](const auto& follower) { is_wanted = is_wanted || follower.wants_counts(); }
    );
    if (!is_wanted || !state->counts_are_old || state->counting) return;
    state->counting = true;
    // As the reading round: owned by the shared state that it keeps alive.
    asio::co_spawn(state->executor, count_rounds(state), [state](std::exception_ptr) {
        state->counting = false;
    });
}

/// One reader at a time; what is committed meanwhile is read in the next round.
template <class State>
Task<> read_round(std::shared_ptr<State> state) {
    do {
        state->again = false;
        for (;;) {
            auto asked = read_changes(state->database, state->seq);
            const auto changes = co_await std::move(asked);
            if (!changes || changes->empty()) break;
            state->give(*changes);
        }
    } while (state->again);
    state->reading = false;
    tell_counts(state);
}

}  // namespace

Task<> LiveHub::start() {
    auto find = [](store::Connection& db) -> Result<std::int64_t> {
        return store::last_change(db);
    };
    auto finding = state_->database.read(find);
    const auto last = co_await std::move(finding);
    state_->seq = std::max(state_->seq, last ? *last : 0);
}

void LiveHub::on_changes(std::int64_t last) {
    if (state_->reading) {
        state_->again = true;
        return;
    }
    state_->forget_gone();
    if (state_->followers.empty()) {
        state_->seq = std::max(state_->seq, last);
        return;
    }
    state_->reading = true;
    // Owned by the shared state that it keeps alive; it ends by itself when nothing is left to
    // read.
    asio::co_spawn(state_->executor, read_round(state_), [state = state_](std::exception_ptr) {
        state->reading = false;
    });
}

void LiveHub::on_log(const LogGrowth& growth) {
    state_->for_each([&](Follower::State& follower) { follower.take(growth); });
}

std::int64_t LiveHub::seq() const {
    return state_->seq;
}

std::size_t LiveHub::followers() const {
    return state_->followers.size();
}

std::shared_ptr<Follower> LiveHub::follow(access::Principal who) {
    auto follower = std::make_shared<Follower>(state_->executor, state_->database, std::move(who));
    follower->state_->sent = state_->seq;
    state_->followers.push_back(follower->state_);
    return follower;
}

Follower::Follower(Executor executor, store::Database& database, access::Principal who)
    : state_{std::make_shared<State>(std::move(executor), database, std::move(who))} {}

Follower::~Follower() = default;

Task<> Follower::subscribe(std::set<std::string> topics, std::int64_t last) {
    auto state = state_;
    state->topics = std::move(topics);
    std::erase_if(state->newest, [&](const auto& one) {
        return !state->topics.contains(one.first);
    });
    if (last <= 0) co_return;
    state->replaying = true;
    state->sent = last;
    std::int64_t read = 0;
    for (;;) {
        auto asked = read_changes(state->database, state->sent);
        const auto changes = co_await std::move(asked);
        if (!changes || changes->empty()) break;
        for (const auto& placed : *changes) state->take(placed);
        read += static_cast<std::int64_t>(changes->size());
        if (read < kMaxReplay) continue;
        state->push(resync_text(state->sent));
        break;
    }
    state->replaying = false;
}

void Follower::show(const LogGrowth& growth) {
    state_->take(growth);
}

Task<> Follower::show_counts() {
    auto state = state_;
    if (!state->wants_counts()) co_return;
    auto asked = read_counts(state->database);
    const auto counts = co_await std::move(asked);
    if (counts) state->take_counts(*counts);
}

Task<std::string> Follower::next(std::chrono::milliseconds limit) {
    auto state = state_;
    auto text = state->pop();
    if (!text && !state->closed) {
        state->wake.expires_after(limit);
        boost::system::error_code ignored;
        co_await state->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        text = state->pop();
    }
    co_return text.value_or("");
}

void Follower::close() {
    state_->end();
}

bool Follower::closed() const {
    return state_->closed;
}

}  // namespace triphammer::api
