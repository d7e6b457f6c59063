#include "rollout/plan.hpp"
#include "rollout/recovery.hpp"
#include "simulation/sim_runner.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace triphammer::simulation {

namespace {

using nlohmann::json;
using rollout::EffectKind;
using rollout::EffectState;
using rollout::Move;

rollout::Effect read_effect(const json& in) {
    rollout::Effect effect;
    effect.n = in.at("n").get<std::int64_t>();
    effect.kind = *rollout::parse_effect_kind(in.at("kind").get<std::string>());
    const auto state = in.at("state").get<std::string>();
    if (state == "ok") effect.state = EffectState::ok;
    if (state == "failed") effect.state = EffectState::failed;
    effect.fence = {in.at("fence").get<std::int64_t>()};
    effect.idem = in.at("idem").get<std::string>();
    return effect;
}

constexpr EffectKind kWayBack[] = {
    EffectKind::start_previous, EffectKind::switch_back, EffectKind::retire_candidate};

// What goes wrong at the target in this deployment: the same in every attempt.
struct Fate {
    explicit Fate(std::uint64_t seed) {
        Dice dice{seed};
        if (dice.once_in(5)) refused.insert(static_cast<EffectKind>(dice.below(9)));
        gate = dice.once_in(4) ? rollout::Check::failed : rollout::Check::passed;
        verify = dice.once_in(4) ? rollout::Check::failed : rollout::Check::passed;
        has_before = dice.once_in(3);
        // The way back may be refused too, or be answered only after some tries, or never.
        if (dice.once_in(4)) refused.insert(static_cast<EffectKind>(dice.below(9)));
        if (dice.once_in(4)) silent.insert(static_cast<EffectKind>(dice.below(9)));
        if (dice.once_in(2)) silent.insert(kWayBack[dice.below(std::size(kWayBack))]);
        silences = static_cast<int>(1 + dice.below(8));
    }

    /// How the `tries`-th try of an effect fails; nothing: it goes well.
    std::optional<rollout::Failure> fails(EffectKind kind, int tries) const {
        if (refused.count(kind) > 0) return rollout::Failure::refused;
        if (silent.count(kind) > 0 && tries <= silences) return rollout::Failure::silent;
        return {};
    }

    std::set<EffectKind> refused;
    std::set<EffectKind> silent;
    int silences = 0;
    rollout::Check gate;
    rollout::Check verify;
    bool has_before;
};

// The driver of a deployment, as runner/ has one, over the simulated target.
class DeployWork final : public Work {
  public:
    DeployWork(std::uint64_t seed, const json& document);

    bool has_step(const Runner& runner) const override;
    void step(Runner& runner) override;

    void on_verdict(const protocol::EffectVerdict& verdict) override { verdict_ = verdict; }

    Instant next_wakeup() const override {
        return std::min(observe_at_.value_or(Instant::max()), rest_until_.value_or(Instant::max()));
    }

  private:
    enum class Doing { nothing, waiting_for_verdict, resting, waiting_for_target };

    void begin(Runner& runner);
    void recover(Runner& runner);
    rollout::Observation observe(const Outside& outside) const;
    void announce(Runner& runner, EffectKind kind, std::int64_t n, bool only_records);
    void act_on_verdict(Runner& runner);
    void try_again(Runner& runner);
    void try_effect(Runner& runner);
    void close_effect(Runner& runner, bool ok);
    void move_on(Runner& runner);
    void finish(Runner& runner, model::DeploymentState outcome, const std::string& reason);

    std::string idem_of(std::int64_t n) const { return rollout::make_idem(deployment_, n); }

    std::string object() const { return "object-" + to_text(deployment_); }

    Fate fate_;
    rollout::Situation now_;
    model::DeploymentId deployment_;
    std::string service_;
    std::string digest_;
    std::int64_t losses_ = 0;
    bool recovers_ = false;
    bool only_records_ = false;  // the open effect was done by the attempt before
    Doing doing_ = Doing::nothing;
    EffectKind kind_ = EffectKind::before;
    std::int64_t n_ = 0;
    std::optional<protocol::EffectVerdict> verdict_;
    std::optional<Instant> began_at_;
    std::optional<Instant> observe_at_;
    std::optional<Instant> rest_until_;  // before an effect is tried once more
    int tries_ = 0;
};

DeployWork::DeployWork(std::uint64_t seed, const json& document) : fate_{seed} {
    deployment_ = {std::stoll(document.at("deployment").get<std::string>())};
    service_ = document.at("service").get<std::string>();
    digest_ = document.at("digest").get<std::string>();
    losses_ = document.at("losses").get<std::int64_t>();
    now_.has_previous = !document.at("previous").is_null();
    for (const auto& effect : document.at("effects")) now_.effects.push_back(read_effect(effect));
    recovers_ = losses_ > 0;
    std::optional<EffectState> migrated;
    const auto& migrations = document.at("migrations");
    if (const auto found = migrations.find(digest_); found != migrations.end()) {
        migrated = *found == "ok" ? EffectState::ok : EffectState::failed;
    }
    if (fate_.has_before) now_.before = rollout::judge_before(migrated);
}

bool DeployWork::has_step(const Runner& runner) const {
    auto& context = const_cast<Runner&>(runner).context();
    if (observe_at_) return context.now() >= *observe_at_;
    if (rest_until_) return context.now() >= *rest_until_;
    if (doing_ == Doing::waiting_for_verdict) return verdict_.has_value();
    if (doing_ == Doing::waiting_for_target) return !context.outside.is_under_way(idem_of(n_));
    return true;
}

void DeployWork::step(Runner& runner) {
    if (!began_at_) begin(runner);
    observe_at_.reset();
    now_.cancelled = runner.is_cancelled();
    if (recovers_) return recover(runner);
    if (doing_ == Doing::waiting_for_verdict) return act_on_verdict(runner);
    if (doing_ == Doing::resting) return try_again(runner);
    if (doing_ == Doing::waiting_for_target) return close_effect(runner, true);
    move_on(runner);
}

void DeployWork::begin(Runner& runner) {
    began_at_ = runner.context().now();
    if (losses_ == 0 && !now_.effects.empty()) {
        runner.context().violate("a new attempt was not told that a runner was lost");
    }
}

// ── after a lost runner ──────────────────────────────────────────────────────────────────────

void DeployWork::recover(Runner& runner) {
    const auto now = runner.context().now();
    rollout::Loss loss;
    loss.losses = static_cast<int>(losses_);
    loss.is_runner_dead = true;  // only then there is a second attempt
    loss.is_settled = now - *began_at_ >= kSettle;
    const bool is_open = !now_.effects.empty() && now_.effects.back().state == EffectState::open;
    ++runner.context().tally[is_open ? "open effect observed" : "ledger compared"];
    const auto seen = observe(runner.context().outside);
    if (is_open) loss.is_observable = is_observable(now_.effects.back().kind);
    auto verdict = is_open ? recover_open(loss, seen) : recover_closed(loss, seen);
    if (is_open && runner.context().plant == Plant::blind_repeat) {
        verdict = rollout::Recovery::repeat;
    }
    if (verdict == rollout::Recovery::wait) {
        observe_at_ = now + Milliseconds{1'000};
        return;
    }
    recovers_ = false;
    if (verdict == rollout::Recovery::unknown) {
        return finish(runner, model::DeploymentState::unknown, "nobody knows what was done");
    }
    if (!is_open) return;
    const auto open = now_.effects.back();
    now_.effects.pop_back();
    announce(runner, open.kind, open.n, verdict == rollout::Recovery::record);
}

rollout::Observation DeployWork::observe(const Outside& outside) const {
    for (const auto& effect : now_.effects) {
        const bool is_done = outside.is_done(effect.idem);
        // What is under way cannot be seen: the settle time has to cover it.
        if (effect.state == EffectState::open && !is_done) return rollout::Observation::not_begun;
        if (effect.state == EffectState::ok && !is_done) return rollout::Observation::foreign;
    }
    return rollout::Observation::done;
}

// ── effects ──────────────────────────────────────────────────────────────────────────────────

void DeployWork::announce(Runner& runner, EffectKind kind, std::int64_t n, bool only_records) {
    kind_ = kind;
    n_ = n;
    only_records_ = only_records;
    doing_ = Doing::waiting_for_verdict;
    tries_ = 0;
    verdict_.reset();
    const json target{{"service", service_}, {"image", "app@" + digest_}, {"digest", digest_}};
    runner.append(protocol::Intent{n, std::string{name_of(kind)}, target.dump(), idem_of(n), 1});
}

void DeployWork::act_on_verdict(Runner& runner) {
    auto& context = runner.context();
    const auto verdict = *std::exchange(verdict_, {});
    if (!verdict.go) {
        doing_ = Doing::nothing;
        return finish(runner, model::DeploymentState::unknown, "no: " + verdict.why);
    }
    if (only_records_) return close_effect(runner, true);
    if (!runner.machine().begin_effect(n_, context.now())) return;  // another verdict will come
    try_effect(runner);
}

void DeployWork::try_again(Runner& runner) {
    auto& context = runner.context();
    rest_until_.reset();
    doing_ = Doing::waiting_for_verdict;
    const bool may =
        context.plant == Plant::stale_repeat || runner.machine().repeat_effect(n_, context.now());
    if (may) try_effect(runner);
}

void DeployWork::try_effect(Runner& runner) {
    auto& context = runner.context();
    context.check_touch(runner.fence());
    if (const auto why = fate_.fails(kind_, ++tries_)) {
        const bool is_refused = *why == rollout::Failure::refused;
        ++context.tally[is_refused ? "effect refused" : "effect not answered"];
        if (is_refused) context.outside.refuse(object(), std::string{name_of(kind_)}, n_);
        const auto rest = rollout::rest_before_retry(kind_, *why, tries_);
        if (!rest) return close_effect(runner, false);
        rest_until_ = context.now() + *rest;
        doing_ = Doing::resting;
        if (context.can_fail && context.dice.once_in(2)) runner.freeze_for_long();
        return;
    }
    context.outside.under_way.push_back(
        {idem_of(n_), std::string{name_of(kind_)}, object(), runner.fence(), context.now()}
    );
    ++context.tally["effect begun"];
    context.note("effect " + std::to_string(n_) + " by " + std::to_string(runner.fence()));
    doing_ = Doing::waiting_for_target;
}

void DeployWork::close_effect(Runner& runner, bool ok) {
    doing_ = Doing::nothing;
    rollout::Effect effect;
    effect.n = n_;
    effect.kind = kind_;
    effect.state = ok ? EffectState::ok : EffectState::failed;
    now_.effects.push_back(effect);
    protocol::EffectResult result;
    result.n = n_;
    result.ok = ok;
    result.at = 1;
    if (ok) result.ids = json{{"container", object()}, {"digest", digest_}}.dump();
    runner.append(result);
}

void DeployWork::move_on(Runner& runner) {
    const auto move = rollout::next_move(now_);
    const bool is_planted = runner.context().plant == Plant::repeat_refused;
    if (is_planted && !now_.effects.empty()) {
        const auto& last = now_.effects.back();
        const bool is_repeated = is_way_back(last.kind) && last.state == EffectState::failed;
        if (is_repeated) return announce(runner, last.kind, last.n + 1, false);
    }
    switch (move.kind) {
        case Move::Kind::effect:
            return announce(runner, move.effect, move.n, false);
        case Move::Kind::gate:
            now_.gate = fate_.gate;
            return;
        case Move::Kind::verify:
            now_.verify = fate_.verify;
            return;
        case Move::Kind::soak:
            now_.soaked = true;
            return;
        case Move::Kind::finish:
            return finish(runner, move.outcome, move.reason);
    }
}

void DeployWork::finish(Runner& runner, model::DeploymentState outcome, const std::string& reason) {
    protocol::End end;
    end.deployment = outcome;
    end.reason = reason;
    end.at = 2;
    if (outcome == model::DeploymentState::succeeded) {
        end.outputs["container"] = runner.context().outside.live;
        end.outputs["digest"] = digest_;
        end.outputs["verified"] = now_.verify == rollout::Check::passed ? "true" : "false";
    } else {
        end.state = model::JobState::failed;
        end.cause = outcome == model::DeploymentState::unknown ? model::Cause::undecided
                                                               : model::Cause::exit;
    }
    if (now_.cancelled && outcome != model::DeploymentState::unknown) {
        end.state = model::JobState::cancelled;
        end.cause = model::Cause::none;
    }
    runner.end(std::move(end));
}

bool goes_well(const Fate& fate, EffectKind kind) {
    for (int tries = 1;; ++tries) {
        const auto why = fate.fails(kind, tries);
        if (!why) return true;
        if (!rollout::rest_before_retry(kind, *why, tries)) return false;
    }
}

}  // namespace

model::DeploymentState expect_deployment(std::uint64_t seed, bool has_previous) {
    const Fate fate{seed};
    rollout::Situation now;
    now.has_previous = has_previous;
    if (fate.has_before) now.before = rollout::BeforeState::needed;
    constexpr int kMoreThanAnyPlan = 50;
    for (int i = 0; i < kMoreThanAnyPlan; ++i) {
        const auto move = rollout::next_move(now);
        if (move.kind == Move::Kind::finish) return move.outcome;
        if (move.kind == Move::Kind::gate) now.gate = fate.gate;
        if (move.kind == Move::Kind::verify) now.verify = fate.verify;
        if (move.kind == Move::Kind::soak) now.soaked = true;
        if (move.kind != Move::Kind::effect) continue;
        const auto state = goes_well(fate, move.effect) ? EffectState::ok : EffectState::failed;
        now.effects.push_back({move.n, move.effect, state, {}, ""});
    }
    return model::DeploymentState::pending;  // the plan never ends: no deployment ends so
}

std::unique_ptr<Work> make_deploy_work(std::uint64_t seed, const std::string& document) {
    return std::make_unique<DeployWork>(seed, json::parse(document));
}

}  // namespace triphammer::simulation
