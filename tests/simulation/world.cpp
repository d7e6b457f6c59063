#include "simulation/world.hpp"

#include "queue/queue.hpp"
#include "store/deployments/deployment_store.hpp"

#include <algorithm>

namespace triphammer::simulation {

namespace {

constexpr int kMaxSteps = 20'000;
// How often something goes wrong while there are faults left.
constexpr std::uint64_t kFaultEvery = 12;
constexpr std::uint64_t kTickEvery = 10;
constexpr std::uint64_t kRerunSeeds = 1ULL << 40U;

}  // namespace

World::World(store::Database& db, testing::ManualClock& clock, const WorldOptions& options)
    : context_{db, clock, options.seed}, rerun_dice_{options.seed + kRerunSeeds} {
    context_.plant = options.plant;
    context_.is_tracing = options.is_tracing;
    faults_left_ = context_.dice.below(8);
    if (rerun_dice_.once_in(3)) reruns_left_ = 1 + rerun_dice_.below(2);
}

std::optional<std::string> World::play() {
    accept_jobs();
    daemon_.start();
    int steps = 0;
    while (context_.violation.empty() && step()) {
        if (++steps > kMaxSteps) context_.violate("nothing ends: still busy after many steps");
    }
    if (context_.violation.empty()) check_end();
    if (context_.violation.empty()) return {};
    return context_.violation;
}

bool World::step() {
    context_.can_fail = faults_left_ > 0;
    if (faults_left_ > 0 && context_.dice.once_in(kFaultEvery)) {
        --faults_left_;
        fault();
    } else if (context_.dice.once_in(kTickEvery)) {
        tick();
    } else {
        choices_.clear();
        collect();
        if (choices_.empty()) {
            if (is_over()) return false;
            jump();
        } else {
            choices_[context_.dice.below(choices_.size())]();
        }
    }
    after_step();
    return true;
}

bool World::is_over() {
    for (const auto& [fence, runner] : launcher_.runners()) {
        if (runner->is_alive()) return false;
    }
    return daemon_.is_idle() && context_.wires.empty();
}

// ── what may happen ──────────────────────────────────────────────────────────────────────────

void World::collect() {
    collect_wires();
    collect_runners();
    collect_servers();
    collect_people();
    collect_reruns();
}

void World::collect_wires() {
    for (const auto& wire : context_.wires) {
        auto& runner = *launcher_.runners().at(wire->fence);
        const bool hears = !wire->runner_knows && !runner.is_frozen();
        if (!wire->daemon_knows && !wire->up.empty()) {
            choices_.emplace_back([this, wire] {
                daemon_.receive(wire, Wire::take(wire->up, context_.dice));
            });
        } else if (!wire->daemon_knows && wire->is_cut) {
            choices_.emplace_back([this, wire] { daemon_.lose_wire(wire); });
        }
        if (hears && !wire->down.empty()) {
            choices_.emplace_back([this, wire, &runner] {
                runner.receive(Wire::take(wire->down, context_.dice));
                check_acked(runner);
            });
        } else if (hears && wire->is_cut) {
            choices_.emplace_back([&runner] { runner.lose_wire(); });
        }
    }
}

void World::collect_runners() {
    for (auto& [fence, each] : launcher_.runners()) {
        auto* runner = each.get();
        if (runner->wants_connection()) {
            choices_.emplace_back([this, runner] {
                if (!daemon_.is_alive()) return runner->connect(nullptr);
                auto wire = std::make_shared<Wire>();
                wire->fence = runner->fence();
                context_.wires.push_back(wire);
                daemon_.accept(wire);
                runner->connect(wire);
            });
        }
        if (runner->wants_pump()) choices_.emplace_back([runner] { runner->pump(); });
        if (runner->has_work()) choices_.emplace_back([runner] { runner->work(); });
    }
    for (const auto fence : launcher_.dying()) {
        if (launcher_.runners().at(fence)->is_beyond_kill()) continue;
        choices_.emplace_back([this, fence] { launcher_.runners().at(fence)->kill(false); });
    }
    for (std::size_t i = 0; i < context_.outside.under_way.size(); ++i) {
        choices_.emplace_back([this, i] { context_.outside.execute(i); });
    }
}

void World::collect_servers() {
    if (!daemon_.is_alive()) choices_.emplace_back([this] { daemon_.start(); });
    if (!launcher_.is_alive()) choices_.emplace_back([this] { launcher_.restart(); });
    if (launcher_.has_request()) choices_.emplace_back([this] { launcher_.serve(false); });
    if (daemon_.has_lost_link()) choices_.emplace_back([this] { daemon_.lose_link(); });
    if (daemon_.has_reply()) choices_.emplace_back([this] { daemon_.take_reply(); });
    if (daemon_.has_action()) choices_.emplace_back([this] { daemon_.do_action(); });
    if (daemon_.wants_link() && launcher_.is_alive()) {
        choices_.emplace_back([this] { daemon_.link(launcher_.accept()); });
    }
    if (daemon_.has_late_commit()) choices_.emplace_back([this] { daemon_.do_late_commit(); });
    for (auto* session : daemon_.busy_sessions()) {
        choices_.emplace_back([this, session] { daemon_.step(*session); });
    }
}

// Somebody looks at the target of an unknown deployment, at last when nothing else can happen.
void World::collect_people() {
    const bool is_nobody_there = !choices_.empty() && !context_.dice.once_in(10);
    if (!deploys_ || is_nobody_there || !daemon_.is_alive()) return;
    if (!context_.outside.under_way.empty()) return;
    const auto open = context_.db.read_now([](store::Connection& db) {
        return Result<std::vector<store::DeploymentRow>>{store::list_open_deployments(db)};
    });
    for (const auto& row : *open) {
        if (row.run != run_ || row.state != model::DeploymentState::unknown) continue;
        choices_.emplace_back([this, id = row.id] { daemon_.settle(id); });
    }
}

// Now and then, while others run and after all have ended.
void World::collect_reruns() {
    if (reruns_left_ == 0 || !daemon_.is_alive() || !rerun_dice_.once_in(20)) return;
    choices_.emplace_back([this] { rerun(); });
}

void World::rerun() {
    --reruns_left_;
    auto& dice = rerun_dice_;
    queue::RerunRequest request;
    const auto kind = dice.below(3);
    if (kind == 1) request.what = queue::Rerun::failed;
    if (kind == 2) {
        request.what = queue::Rerun::job;
        const auto jobs = context_.db.read_now([this](store::Connection& db) {
            return Result<std::vector<store::JobRow>>{store::list_jobs(db, run_)};
        });
        request.job = (*jobs)[dice.below(jobs->size())].id;
    }
    daemon_.rerun(run_, request);
}

// ── time ─────────────────────────────────────────────────────────────────────────────────────

void World::tick() {
    const auto kind = context_.dice.below(10);
    const auto limit = kind < 7 ? 50U : 2'000U;
    context_.clock.advance(Milliseconds{1 + context_.dice.below(limit)});
    ring();
}

void World::ring() {
    context_.outside.settle(context_.now());
    for (auto& [fence, runner] : launcher_.runners()) {
        if (runner->is_alive()) runner->on_time();
    }
    if (daemon_.is_alive()) daemon_.on_time();
}

// Nothing can happen before some clock rings.
void World::jump() {
    auto at = daemon_.next_wakeup();
    for (auto& [fence, runner] : launcher_.runners()) {
        at = std::min(at, runner->next_wakeup());
    }
    if (at == Instant::max()) return context_.violate("nothing ends: nobody waits for anything");
    const auto gap = std::chrono::ceil<Milliseconds>(at - context_.now());
    if (gap > Milliseconds{0}) context_.clock.advance(gap);
    ring();
}

// ── faults ───────────────────────────────────────────────────────────────────────────────────

void World::fault() {
    auto& dice = context_.dice;
    auto& runners = launcher_.runners();
    switch (dice.below(11)) {
        case 0:
        case 1:
            if (daemon_.is_alive()) daemon_.crash();
            break;
        case 2:
            if (launcher_.is_alive()) launcher_.crash();
            break;
        case 3:
            if (launcher_.has_request()) launcher_.serve(true);
            break;
        case 4:
            if (runners.empty()) break;
            context_.has_killed_runner = true;
            ++context_.tally["runner killed"];
            std::next(runners.begin(), static_cast<std::ptrdiff_t>(dice.below(runners.size())))
                ->second->kill(dice.once_in(2));
            break;
        case 5:
        case 6:
            if (!context_.wires.empty()) {
                ++context_.tally["connection cut"];
                context_.wires[dice.below(context_.wires.size())]->cut(dice);
            }
            break;
        case 7:
            maybe_fault();
            break;
        case 8:
        case 9:
            freeze_a_runner();
            break;
        case 10:
            damage_a_log();
            break;
    }
}

void World::freeze_a_runner() {
    auto& dice = context_.dice;
    std::vector<Runner*> living;
    for (const auto& [fence, runner] : launcher_.runners()) {
        if (runner->is_alive()) living.push_back(runner.get());
    }
    if (living.empty()) return;
    auto& runner = *living[dice.below(living.size())];
    dice.once_in(3) ? runner.freeze_shortly() : runner.freeze_for_long();
}

// The rarer ones.
void World::maybe_fault() {
    if (context_.dice.once_in(2)) {
        context_.has_jumped = true;
        ++context_.tally["long pause"];
        context_.clock.advance(Milliseconds{5'000 + context_.dice.below(60'000)});
        tick();
        return;
    }
    if (!daemon_.is_alive()) return;
    context_.has_cancelled = true;
    ++context_.tally["cancelled"];
    daemon_.cancel(run_);
}

void World::damage_a_log() {
    for (const auto& [fence, runner] : launcher_.runners()) {
        if (context_.has_damaged || !runner->is_working() || runner->has_ended()) continue;
        context_.has_damaged = context_.disk.damage(fence, context_.dice);
        if (context_.has_damaged) ++context_.tally["log damaged"];
    }
}

// ── after each step ──────────────────────────────────────────────────────────────────────────

void World::after_step() {
    if (deploys_) check_locks();
    for (const auto& [what, effects] : context_.outside.refusals) {
        if (effects.size() > 1) context_.violate("what was refused was asked for again: " + what);
    }
    for (auto& [fence, runner] : launcher_.runners()) {
        const bool is_working = runner->is_working();
        auto& was = was_working_[fence];
        if (is_working && !was) check_start(*runner);
        was = is_working;
        if (!runner->is_alive()) launcher_.on_runner_gone(fence);
    }
    auto& wires = context_.wires;
    const auto is_dead = [](const WirePtr& wire) {
        return wire->runner_knows && wire->daemon_knows;
    };
    wires.erase(std::remove_if(wires.begin(), wires.end(), is_dead), wires.end());
}

}  // namespace triphammer::simulation
