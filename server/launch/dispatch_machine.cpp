#include "launch/dispatch_machine.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::launch {

void DispatchMachine::adopt(model::Fence fence, bool has_attached) {
    Attempt attempt;
    attempt.has_attached = has_attached;
    attempts_.emplace(fence, attempt);
}

void DispatchMachine::adopt_unswept(model::Fence fence) {
    schedule(fence, Instant{});
}

// ── launcher ─────────────────────────────────────────────────────────────────────────────────

void DispatchMachine::on_launcher_ready(Instant now) {
    is_launcher_ready_ = true;
    has_listed_ = is_listing_ = false;
    for (auto& [fence, attempt] : attempts_) {
        attempt.sight.reset();
        attempt.is_starting = false;
        if (!attempt.is_connected) attempt.deadline = now + kAttachDeadline;
    }
    for (auto& [fence, sweep] : sweeps_) schedule(fence, sweep.at);
    now_ = now;
    ask_for_list();
}

void DispatchMachine::on_launcher_gone() {
    is_launcher_ready_ = false;
}

void DispatchMachine::on_started(model::Fence fence, Instant now) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_starting = false;
    found->second.sight = Sight::alive;
    found->second.deadline = now + kAttachDeadline;
    found->second.look_at = now + kListAgain;
}

void DispatchMachine::on_exists(model::Fence fence) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_starting = false;
    found->second.sight.reset();
    ask_for_list();
}

void DispatchMachine::on_start_refused(model::Fence fence, const std::string& why) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_starting = false;
    settle(found->second, GiveBack{fence, "the launcher could not start a runner: " + why});
}

void DispatchMachine::on_list(const std::map<model::Fence, Sight>& seen, Instant now) {
    is_listing_ = false;
    has_listed_ = true;
    list_at_ = now + kListAgain;
    for (auto& [fence, attempt] : attempts_) {
        const auto found = seen.find(fence);
        // A start that is under way is answered after this list, and says it better.
        if (!attempt.is_starting) {
            attempt.sight = found == seen.end() ? Sight::nothing : found->second;
        }
    }
    if (std::exchange(wants_list_, false)) ask_for_list();
    on_time(now);
}

void DispatchMachine::on_ended_hint(model::Fence fence) {
    const auto found = attempts_.find(fence);
    if (found != attempts_.end() && !found->second.is_connected) ask_for_list();
    const auto sweep = sweeps_.find(fence);
    const bool may_come = sweep != sweeps_.end() && sweep->second.done == 0;
    if (may_come && !sweep->second.is_asked) schedule(fence, now_);
}

void DispatchMachine::on_swept(model::Fence fence, bool is_done, Instant now) {
    const auto found = sweeps_.find(fence);
    if (found == sweeps_.end()) return;
    auto& sweep = found->second;
    schedule(fence, now + (is_done ? kSweepAgain : kListAgain));
    if (!is_done && ++sweep.refusals > kSweepRefusals) actions_.emplace_back(StopRunner{fence});
    if (!is_done || ++sweep.done < 2) return;
    due_.erase({sweep.at, fence});
    sweeps_.erase(found);
    actions_.emplace_back(MarkSwept{fence});
}

// ── tables ───────────────────────────────────────────────────────────────────────────────────

void DispatchMachine::on_work() {
    wants_claim_ = true;
    claim_if_wanted();
}

void DispatchMachine::claim_if_wanted() {
    if (!wants_claim_ || is_claiming_ || !is_launcher_ready_ || !has_listed_) return;
    if (!has_free_worker()) return;
    is_claiming_ = true;
    wants_claim_ = false;
    claim_at_.reset();
    actions_.emplace_back(ClaimNext{});
}

/// The tables decide; but to ask them after each step of a job costs more than the step.
bool DispatchMachine::has_free_worker() const {
    if (attempts_.size() < workers_) return true;
    return std::any_of(attempts_.begin(), attempts_.end(), [](const auto& entry) {
        return entry.second.is_ending;
    });
}

void DispatchMachine::on_claimed(
    std::optional<model::Fence> fence, std::optional<Milliseconds> next_job_in, Instant now
) {
    is_claiming_ = false;
    if (next_job_in) claim_at_ = now + *next_job_in;
    if (fence) {
        auto& attempt = attempts_[*fence];
        attempt.knows_token = true;
        attempt.sight = Sight::nothing;
        wants_claim_ = true;
        decide(*fence, attempt, now);
    }
    claim_if_wanted();
}

void DispatchMachine::on_claim_failed(Instant now) {
    is_claiming_ = false;
    claim_at_ = now + kListAgain;
}

void DispatchMachine::on_inspected(model::Fence fence, bool has_end) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    if (!has_end) {
        actions_.emplace_back(Lose{fence, "the runner died", true});
    } else if (found->second.replays++ < kMaxReplays) {
        actions_.emplace_back(ReplaySpool{fence});
    } else {
        actions_.emplace_back(Lose{fence, "what the dead runner left cannot be kept", true});
    }
}

void DispatchMachine::on_settled(model::Fence fence, bool is_done, Instant now) {
    if (is_done) return on_over(fence, now);
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_busy = false;
    found->second.is_starting = false;
    found->second.retry_at = now + kListAgain;
}

// ── runners ──────────────────────────────────────────────────────────────────────────────────

/// After the daemon's start a runner may be faster than the tables are read.
void DispatchMachine::on_attached(model::Fence fence) {
    auto& attempt = attempts_[fence];
    attempt.has_attached = attempt.is_connected = true;
    attempt.is_busy = false;
    attempt.deadline.reset();
    attempt.stopped_at.reset();
}

void DispatchMachine::on_detached(model::Fence fence, Instant now) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_connected = false;
    found->second.deadline = now + kAttachDeadline;
    found->second.sight.reset();
    ask_for_list();
}

void DispatchMachine::on_silent(model::Fence fence, Instant now) {
    on_detached(fence, now);
    const auto found = attempts_.find(fence);
    if (found != attempts_.end()) found->second.deadline = now;
}

void DispatchMachine::on_ending(model::Fence fence) {
    const auto found = attempts_.find(fence);
    if (found == attempts_.end()) return;
    found->second.is_ending = true;
    on_work();
}

void DispatchMachine::on_over(model::Fence fence, Instant now) {
    if (attempts_.erase(fence) == 0) return;
    // Its runner is about to go by itself: an `ended` hint makes the sweep come at once.
    schedule(fence, now + kSweepGrace);
    on_work();
}

// ── decisions ────────────────────────────────────────────────────────────────────────────────

void DispatchMachine::decide(model::Fence fence, Attempt& attempt, Instant now) {
    if (!is_launcher_ready_ || attempt.is_connected || attempt.is_busy || attempt.is_starting ||
        !attempt.sight || now < attempt.retry_at) {
        return;
    }
    switch (*attempt.sight) {
        case Sight::nothing:
            if (!attempt.has_attached) return start(fence, attempt);
            return settle(attempt, Lose{fence, "the runner and its folder are gone", true});
        case Sight::dead:
            return decide_dead(fence, attempt);
        case Sight::alive:
            return decide_alive(fence, attempt, now);
    }
}

void DispatchMachine::start(model::Fence fence, Attempt& attempt) {
    attempt.is_starting = true;
    actions_.emplace_back(StartRunner{fence, !attempt.knows_token});
    attempt.knows_token = true;
}

void DispatchMachine::decide_dead(model::Fence fence, Attempt& attempt) {
    if (attempt.has_attached) return settle(attempt, InspectSpool{fence});
    settle(attempt, GiveBack{fence, "the runner died before it attached"});
}

void DispatchMachine::decide_alive(model::Fence fence, Attempt& attempt, Instant now) {
    if (!attempt.deadline || now < *attempt.deadline) return;
    if (!attempt.stopped_at) {
        attempt.stopped_at = now;
        actions_.emplace_back(StopRunner{fence});
        return ask_for_list();
    }
    if (now < *attempt.stopped_at + kStopPatience) return;
    settle(attempt, Lose{fence, "the runner neither speaks nor dies", false});
}

void DispatchMachine::settle(Attempt& attempt, DispatchAction action) {
    attempt.is_busy = true;
    actions_.push_back(std::move(action));
}

void DispatchMachine::ask_for_list() {
    if (!is_launcher_ready_) return;
    if (is_listing_) {
        wants_list_ = true;
        return;
    }
    is_listing_ = true;
    actions_.emplace_back(ListRunners{});
}

void DispatchMachine::sweep_due(Instant now) {
    if (!is_launcher_ready_ || !has_listed_) return;
    while (!due_.empty() && due_.begin()->first <= now) {
        const auto fence = due_.begin()->second;
        due_.erase(due_.begin());
        sweeps_[fence].is_asked = true;
        actions_.emplace_back(SweepRunner{fence});
    }
}

void DispatchMachine::schedule(model::Fence fence, Instant at) {
    auto& sweep = sweeps_[fence];
    due_.erase({sweep.at, fence});
    sweep.is_asked = false;
    sweep.at = at;
    due_.emplace(at, fence);
}

// ── time ─────────────────────────────────────────────────────────────────────────────────────

bool DispatchMachine::is_missing(const Attempt& attempt) {
    return !attempt.is_connected && !attempt.is_busy && !attempt.is_starting;
}

void DispatchMachine::on_time(Instant now) {
    now_ = now;
    if (!is_launcher_ready_) return;
    bool is_anybody_missing = false;
    for (auto& [fence, attempt] : attempts_) {
        decide(fence, attempt, now);
        is_anybody_missing |= is_missing(attempt) && now >= attempt.look_at;
    }
    if (is_anybody_missing && has_listed_ && now >= list_at_) ask_for_list();
    if (claim_at_ && now >= *claim_at_) {
        claim_at_.reset();  // where no worker is free, the next one that is asks
        wants_claim_ = true;
    }
    claim_if_wanted();
    sweep_due(now);
}

Instant DispatchMachine::next_wakeup() const {
    if (!is_launcher_ready_) return Instant::max();
    auto at = claim_at_.value_or(Instant::max());
    for (const auto& [fence, attempt] : attempts_) {
        // Whose list is under way is looked at with it, and a start answers by itself.
        if (!is_missing(attempt) || is_listing_) continue;
        at = std::min(at, std::max({list_at_, attempt.retry_at, attempt.look_at}));
    }
    return due_.empty() ? at : std::min(at, due_.begin()->first);
}

std::vector<DispatchAction> DispatchMachine::take_actions() {
    return std::exchange(actions_, {});
}

std::string DispatchMachine::pause_reason() const {
    if (!is_launcher_ready_) return "the launcher is away: no new job is started";
    if (!has_listed_) return "the launcher has not yet said which runners live";
    return {};
}

}  // namespace triphammer::launch
