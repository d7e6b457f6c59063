#include "launch/dispatcher.hpp"

#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "launch/deploy_lock.hpp"
#include "launch/journal.hpp"
#include "launch/layer_pool.hpp"
#include "launch/left_spool.hpp"
#include "launch/people_question.hpp"
#include "queue/queue.hpp"
#include "store/sqlite/database.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>

namespace triphammer::launch {

namespace asio = boost::asio;

struct Dispatcher::State : std::enable_shared_from_this<Dispatcher::State> {
    Parts parts;
    DispatchSettings settings;
    DispatchMachine machine;
    LauncherClient launcher;
    TaskGroup tasks;
    asio::steady_timer alarm;
    std::map<model::Fence, Secret> tokens;
    std::map<model::Fence, std::string> pools;  // of attempts that were claimed, not yet started
    std::vector<model::Fence> swept;            // not yet marked in the tables
    std::function<std::string()> find_shortage = [] { return std::string{}; };
    bool is_draining = false;
    bool is_pumping = false;

    State(Parts given, DispatchSettings wanted)
        : parts{std::move(given)},
          settings{std::move(wanted)},
          machine{static_cast<std::size_t>(settings.workers)},
          launcher{parts.executor, parts.launcher_socket, launcher_callbacks()},
          tasks{parts.executor, tell_failure},
          alarm{parts.executor} {}

    static void tell_failure(const std::string& name, const std::string& what) {
        log::error("a task of the dispatcher failed", {{"task", name}, {"why", what}});
    }

    LauncherClient::Callbacks launcher_callbacks() {
        return {
            [this] {
                machine.on_launcher_ready(now());
                pump();
            },
            [this] {
                machine.on_launcher_gone();
                pump();
            },
            [this](const launcher::Reply& event) {
                machine.on_ended_hint(model::Fence{event.fence});
                pump();
            }};
    }

    Instant now() const { return parts.clock.instant(); }

    void pump();
    Task<> keep_time();
    Task<> run(DispatchAction action);
    Task<> perform(ClaimNext action);
    Task<> perform(StartRunner action);
    Task<> perform(ListRunners action);
    Task<> perform(StopRunner action);
    Task<> perform(SweepRunner action);
    Task<> perform(InspectSpool action);
    Task<> perform(ReplaySpool action);
    Task<> perform(GiveBack action);
    Task<> perform(Lose action);
    Task<> perform(MarkSwept action);
    Task<> settle(model::Fence fence, std::function<Result<>(store::Transaction&)> change);

    std::filesystem::path spool_of(model::Fence fence) const {
        return settings.run / model::to_text(fence) / "spool";
    }
};

namespace {

/// Between a sweep and its mark in the tables.
constexpr Milliseconds kMarkPause{1'000};
constexpr int kMaxUnswept = 100'000;

struct OpenRows {
    std::vector<store::AttemptRow> open;
    std::vector<model::Fence> unswept;
};

struct Claimed {
    std::optional<model::Fence> fence;
    std::string pool = {};
    std::optional<Milliseconds> next_in = {};
};

}  // namespace

// ── the loop ─────────────────────────────────────────────────────────────────────────────────

void Dispatcher::State::pump() {
    if (is_pumping) return;
    is_pumping = true;
    for (auto actions = machine.take_actions(); !actions.empty();
         actions = machine.take_actions()) {
        for (auto& action : actions) tasks.spawn("dispatch", run(std::move(action)));
    }
    is_pumping = false;
    using Tick = asio::steady_timer::duration;
    const auto next = std::chrono::time_point_cast<Tick>(machine.next_wakeup());
    if (next != alarm.expiry()) alarm.expires_at(next);  // which wakes who sleeps by it
}

/// Sleeps until the machine wants to be woken; a moved alarm ends the sleep early.
Task<> Dispatcher::State::keep_time() {
    for (;;) {
        boost::system::error_code ended;
        co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        if (ended) continue;
        machine.on_time(now());
        pump();
    }
}

Task<> Dispatcher::State::run(DispatchAction action) {
    auto doing = std::visit([this](auto& wanted) { return perform(std::move(wanted)); }, action);
    co_await std::move(doing);
    pump();
}

// ── claims and starts ────────────────────────────────────────────────────────────────────────

Task<> Dispatcher::State::perform(ClaimNext) {
    if (is_draining) co_return machine.on_claimed({}, {}, now());
    if (!find_shortage().empty()) co_return machine.on_claim_failed(now());
    Secret token{random_hex(parts.random, 32)};
    queue::ClaimRequest request;
    request.workers = settings.workers;
    request.token_sha256 = sha256_hex(token.reveal());
    request.executor = "host";
    request.obstacle = find_obstacle;
    request.question = make_question;
    auto claim = [&](store::Transaction& tx) -> Result<Claimed> {
        Claimed out;
        auto claimed = queue::claim_next(tx, request);
        if (!claimed) return claimed.error();
        if (*claimed) out = {(*claimed)->fence, find_layer_pool(tx, (*claimed)->job)};
        const auto next = store::next_not_before(tx, tx.now());
        if (next) out.next_in = *next - tx.now();
        return out;
    };
    auto claiming = parts.database.write(claim);
    const auto claimed = co_await std::move(claiming);
    if (!claimed) {
        log::warning("no job could be claimed", {{"why", claimed.error().message}});
        machine.on_claim_failed(now());
        co_return;
    }
    if (claimed->fence) tokens[*claimed->fence] = std::move(token);
    if (claimed->fence) pools[*claimed->fence] = claimed->pool;
    machine.on_claimed(claimed->fence, claimed->next_in, now());
}

Task<> Dispatcher::State::perform(StartRunner action) {
    const auto fence = action.fence;
    if (action.renews_token) {
        Secret token{random_hex(parts.random, 32)};
        const auto hash = sha256_hex(token.reveal());
        auto renew = [&](store::Transaction& tx) {
            return store::set_attempt_token(tx, fence, hash);
        };
        auto renewing = parts.database.write(renew);
        const auto renewed = co_await std::move(renewing);
        if (!renewed) co_return machine.on_settled(fence, false, now());
        tokens[fence] = std::move(token);
    }
    launcher::Request request;
    request.action = launcher::Action::start;
    request.fence = fence.value;
    request.token = tokens[fence];
    request.endpoint = settings.endpoint.string();
    request.server_id = settings.server_id;
    request.docker_host = settings.docker_host;
    request.hidden = settings.hidden;
    // One that an earlier daemon claimed goes without: it checks out all files itself.
    if (auto pool = pools.extract(fence)) request.pool = std::move(pool.mapped());
    auto sending = launcher.send(std::move(request));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return;  // the machine hears that the launcher is gone
    if (reply->kind == "started") machine.on_started(fence, now());
    if (reply->kind == "exists") machine.on_exists(fence);
    if (reply->kind == "refused") machine.on_start_refused(fence, reply->why);
}

// ── the launcher's other errands ─────────────────────────────────────────────────────────────

Task<> Dispatcher::State::perform(ListRunners) {
    launcher::Request request;
    request.action = launcher::Action::list;
    auto sending = launcher.send(std::move(request));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return;
    std::map<model::Fence, Sight> seen;
    for (const auto& attempt : reply->attempts) {
        seen[model::Fence{attempt.fence}] = attempt.alive ? Sight::alive : Sight::dead;
    }
    machine.on_list(seen, now());
}

Task<> Dispatcher::State::perform(StopRunner action) {
    launcher::Request request;
    request.action = launcher::Action::stop;
    request.fence = action.fence.value;
    request.grace_ms = 1000;
    auto sending = launcher.send(std::move(request));
    (void)co_await std::move(sending);
}

Task<> Dispatcher::State::perform(SweepRunner action) {
    launcher::Request request;
    request.action = launcher::Action::sweep;
    request.fence = action.fence.value;
    request.server_id = settings.server_id;
    request.docker_host = settings.docker_host;
    auto sending = launcher.send(std::move(request));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return;
    machine.on_swept(action.fence, reply->kind == "swept", now());
}

// ── what a death left behind ─────────────────────────────────────────────────────────────────

Task<> Dispatcher::State::perform(InspectSpool action) {
    const auto fence = action.fence;
    auto find = [fence](store::Connection& db) -> Result<store::AttemptRow> {
        auto attempt = store::find_attempt(db, fence);
        if (!attempt) return not_found("there is no attempt " + model::to_text(fence));
        return std::move(*attempt);
    };
    auto finding = parts.database.read(find);
    const auto row = co_await std::move(finding);
    if (row && is_final(row->state)) {
        machine.on_over(fence, now());
    } else if (!row) {
        machine.on_settled(fence, false, now());
    } else {
        machine.on_inspected(fence, has_whole_end(spool_of(fence), row->nonce));
    }
}

Task<> Dispatcher::State::perform(ReplaySpool action) {
    auto replaying = parts.gateway.replay(action.fence, spool_of(action.fence));
    const auto replayed = co_await std::move(replaying);
    if (!replayed) {
        log::warning(
            "a spool was not applied",
            {{"fence", action.fence.value}, {"why", replayed.error().message}}
        );
    }
    machine.on_settled(action.fence, replayed.has_value(), now());
}

Task<> Dispatcher::State::settle(
    model::Fence fence, std::function<Result<>(store::Transaction&)> change
) {
    auto changing = parts.database.write(std::move(change));
    const auto done = co_await std::move(changing);
    if (done) tokens.erase(fence);
    machine.on_settled(fence, done.has_value(), now());
}

Task<> Dispatcher::State::perform(GiveBack action) {
    const auto fence = action.fence;
    // Code::conflict: it has attached after all. The machine hears that and decides anew.
    auto give = [fence, reason = action.reason](store::Transaction& tx) {
        return queue::give_back(tx, fence, reason);
    };
    auto settling = settle(fence, std::move(give));
    co_await std::move(settling);
}

Task<> Dispatcher::State::perform(Lose action) {
    const auto fence = action.fence;
    log::warning("a runner was lost", {{"fence", fence.value}, {"why", action.reason}});
    parts.gateway.refuse(fence, action.reason);
    const LostRunner lost{action.reason, action.is_proven_dead};
    auto lose = [fence, lost](store::Transaction& tx) -> Result<> {
        auto done = lose_runner(tx, fence, lost);
        // It has ended in the meantime: that is as good.
        if (!done && done.error().code == Code::conflict) return {};
        return done;
    };
    auto settling = settle(fence, std::move(lose));
    co_await std::move(settling);
}

/// Nobody waits for the mark, so many share a commit; one that is lost costs another sweep.
Task<> Dispatcher::State::perform(MarkSwept action) {
    swept.push_back(action.fence);
    if (swept.size() > 1) co_return;
    auto pause = sleep_for(kMarkPause);
    co_await std::move(pause);
    auto mark = [fences = std::exchange(swept, {})](store::Transaction& tx) -> Result<> {
        for (const auto fence : fences) store::set_swept(tx, fence);
        return {};
    };
    auto marking = parts.database.write(std::move(mark));
    (void)co_await std::move(marking);
}

// ── the outside ──────────────────────────────────────────────────────────────────────────────

Dispatcher::Dispatcher(Parts parts, DispatchSettings settings)
    : state_{std::make_shared<State>(std::move(parts), std::move(settings))} {}

Dispatcher::~Dispatcher() = default;

Task<> Dispatcher::start() {
    auto state = state_;
    auto list = [](store::Connection& db) -> Result<OpenRows> {
        return OpenRows{store::list_open_attempts(db), store::list_unswept(db, kMaxUnswept)};
    };
    auto listing = state->parts.database.read(list);
    const auto rows = co_await std::move(listing);
    if (!rows) throw std::runtime_error("attempts cannot be read: " + rows.error().message);
    for (const auto& attempt : rows->open)
        state->machine.adopt(attempt.fence, !attempt.nonce.empty());
    for (const auto fence : rows->unswept) state->machine.adopt_unswept(fence);
    state->tasks.spawn("launcher", state->launcher.run());
    state->tasks.spawn("alarm", state->keep_time());
    state->machine.on_work();
    state->pump();
}

Task<> Dispatcher::stop() {
    auto stopping = state_->tasks.stop();
    co_await std::move(stopping);
}

void Dispatcher::drain() {
    state_->is_draining = true;
}

void Dispatcher::hold_back(std::function<std::string()> why) {
    state_->find_shortage = std::move(why);
}

void Dispatcher::wake() {
    state_->tasks.spawn("cancels", state_->parts.gateway.tell_cancels());
    look_for_jobs();
}

void Dispatcher::look_for_jobs() {
    state_->machine.on_work();
    state_->pump();
}

void Dispatcher::on_attached(model::Fence fence) {
    state_->machine.on_attached(fence);
    state_->pump();
}

void Dispatcher::on_detached(model::Fence fence, bool was_silent) {
    if (was_silent) state_->machine.on_silent(fence, state_->now());
    if (!was_silent) state_->machine.on_detached(fence, state_->now());
    state_->pump();
}

void Dispatcher::on_ending(model::Fence fence) {
    state_->machine.on_ending(fence);
    state_->pump();
}

void Dispatcher::on_over(model::Fence fence) {
    state_->tokens.erase(fence);
    state_->machine.on_over(fence, state_->now());
    state_->pump();
}

std::string Dispatcher::pause_reason() const {
    const auto shortage = state_->find_shortage();
    return shortage.empty() ? state_->machine.pause_reason() : shortage;
}

std::size_t Dispatcher::open_attempts() const {
    return state_->machine.open_attempts();
}

}  // namespace triphammer::launch
