#include "runner/deploy/job.hpp"

#include "base/deadline.hpp"
#include "runner/image/failure.hpp"
#include "runner/session/step_log.hpp"
#include "runner/session/unless_stopped.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

using model::Cause;
using rollout::EffectState;
using rollout::Move;

namespace {

Error as_error(const StepOutcome& outcome) {
    return {Code::invalid, outcome.reason};
}

}  // namespace

Task<JobOutcome> DeployJob::run() {
    auto preparing = in_step("Preflight", preflight());
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return give_up(prepared.error());
    if (!trouble_.ok) co_return give_up(as_error(trouble_));
    auto recovering = recover();
    auto recovered = co_await std::move(recovering);
    if (!recovered) co_return give_up(recovered.error());
    while (!undecided_) {
        situation_.cancelled = session_.stop().requested();
        last_ = rollout::next_move(situation_);
        if (last_->kind == Move::Kind::finish) break;
        auto advancing = advance();
        auto advanced = co_await std::move(advancing);
        if (!advanced) co_return give_up(advanced.error());
    }
    auto looking = look_once_more();
    co_await std::move(looking);
    // Undecided before there was a move: unknown, which is what a move is by default.
    co_return finish(last_.value_or(Move{}));
}

/// Everything that can fail without touching what serves.
Task<Result<StepOutcome>> DeployJob::preflight() {
    StepOutcome outcome;
    auto preparing = prepare();
    auto prepared = co_await std::move(preparing);
    if (prepared) co_return outcome;
    const auto failure =
        target_ ? target_->explain(prepared.error()) : explain_refusal(prepared.error(), "");
    outcome.ok = false;
    outcome.reason = failure.sentence;
    outcome.cause = failure.cause;
    if (prepared.error().code == Code::not_found) outcome.cause = Cause::invalid;
    co_return outcome;
}

Task<Result<>> DeployJob::prepare() {
    const auto& document = session_.document();
    auto effects = read_effects(document.deployment.effects_json);
    if (!effects) co_return effects.error();
    auto making = make_target_(session_, place_);
    auto made = co_await std::move(making);
    if (!made) co_return made.error();
    target_ = std::move(*made);
    target_->enter_step(step_);
    StepLog log{session_, step_};
    auto preparing = target_->prepare(document.deployment, log, session_.stop());
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return prepared;
    const auto& terms = target_->terms();
    situation_.strategy = terms.strategy;
    situation_.rolls_back = terms.rolls_back;
    situation_.has_previous = terms.has_previous;
    situation_.effects = std::move(*effects);
    situation_.before =
        read_before(document.deployment.migrations_json, terms.digest, terms.has_before);
    auto telling = log.line("Deploying " + terms.image + terms.remark + "\n");
    co_return co_await std::move(telling);
}

// ── one move ─────────────────────────────────────────────────────────────────────────────────

Task<Result<>> DeployJob::advance() {
    const auto move = *last_;
    auto telling = session_.phase(move.phase, target_->describe(move));
    auto told = co_await std::move(telling);
    if (!told) co_return told;
    auto stepping = in_step(target_->describe(move), carry_out(move));
    co_return co_await std::move(stepping);
}

Task<Result<StepOutcome>> DeployJob::carry_out(Move move) {
    if (move.kind == Move::Kind::effect) {
        auto doing = effect(move.effect, move.n);
        co_return co_await std::move(doing);
    }
    StepOutcome outcome;
    if (move.kind == Move::Kind::gate) {
        auto watching = gate();
        outcome = co_await std::move(watching);
        situation_.gate = outcome.ok ? rollout::Check::passed : rollout::Check::failed;
    } else if (move.kind == Move::Kind::verify) {
        auto watching = verify();
        outcome = co_await std::move(watching);
        situation_.verify = outcome.ok ? rollout::Check::passed : rollout::Check::failed;
    } else {
        situation_.soaked = true;
    }
    co_return outcome;
}

protocol::Intent DeployJob::intent_for(rollout::EffectKind kind, std::int64_t n) const {
    const auto& spec = session_.document().deployment;
    const auto& terms = target_->terms();
    nlohmann::json target{
        {"service", terms.service},
        {"environment", spec.environment},
        {"image", terms.image},
        {"digest", terms.digest},
    };
    if (!terms.found_json.empty()) target["found"] = nlohmann::json::parse(terms.found_json);
    protocol::Intent intent;
    intent.n = n;
    intent.kind = rollout::name_of(kind);
    intent.target = target.dump();
    intent.idem = rollout::make_idem(deployment_id(spec), n);
    return intent;
}

Task<Result<>> DeployJob::report(std::int64_t n, const EffectOutcome& outcome) {
    protocol::EffectResult result;
    result.n = n;
    result.ok = outcome.ok;
    result.ids = outcome.ids_json;
    result.excerpt = outcome.excerpt;
    result.reason = outcome.reason;
    auto probes = nlohmann::json::array();
    for (const auto& probe : std::exchange(probes_, {})) {
        probes.push_back(nlohmann::json::parse(probe));
    }
    result.probes = probes.dump();
    return session_.result(std::move(result));
}

Task<Result<StepOutcome>> DeployJob::effect(rollout::EffectKind kind, std::int64_t n) {
    auto announcing = session_.intent(intent_for(kind, n));
    auto verdict = co_await std::move(announcing);
    if (!verdict) co_return verdict.error();
    StepOutcome step;
    if (!verdict->go) {
        // Nothing was recorded: without an effect before it nothing was touched either.
        const bool is_untouched = situation_.effects.empty();
        if (!is_untouched) undecided_ = verdict->why;
        if (is_untouched) co_return conflict(verdict->why);
        step.ok = false;
        step.reason = verdict->why;
        co_return step;
    }
    auto doing = perform(kind, n);
    auto outcome = co_await std::move(doing);
    const bool is_lost = !outcome.ok && outcome.failure == rollout::Failure::silent;
    if (is_lost && !rollout::is_observable(kind)) {
        // Nobody knows whether it ran, or runs on: the row stays open, and a person decides.
        undecided_ = outcome.reason;
        step.ok = false;
        step.reason = std::move(outcome.reason);
        step.excerpt = std::move(outcome.excerpt);
        step.cause = Cause::infrastructure;
        co_return step;
    }
    auto reporting = report(n, outcome);
    auto reported = co_await std::move(reporting);
    if (!reported) co_return reported.error();
    const auto state = outcome.ok ? EffectState::ok : EffectState::failed;
    const model::Fence fence{session_.document().fence};
    situation_.effects.push_back({n, kind, state, fence, ""});
    step.ok = outcome.ok;
    step.reason = std::move(outcome.reason);
    step.excerpt = std::move(outcome.excerpt);
    step.cause = outcome.exit_status != 0 ? Cause::exit : Cause::infrastructure;
    if (outcome.exit_status != 0) step.exit_status = outcome.exit_status;
    co_return step;
}

Task<EffectOutcome> DeployJob::perform(rollout::EffectKind kind, std::int64_t n) {
    for (int tries = 1;; ++tries) {
        auto doing = target_->perform(kind, n, session_.stop());
        auto outcome = co_await std::move(doing);
        if (outcome.ok) co_return outcome;
        const auto rest = rollout::rest_before_retry(kind, outcome.failure, tries);
        if (!rest) co_return outcome;
        co_await sleep_for(*rest);
        auto asking = session_.repeat(n);
        const auto verdict = co_await std::move(asking);
        if (!verdict || !verdict->go) co_return outcome;
    }
}

namespace {

StepOutcome to_step(const Result<GateOutcome>& gate) {
    StepOutcome step;
    step.ok = gate && gate->passed;
    if (!gate) step.reason = gate.error().message;
    if (step.ok || !gate) return step;
    step.reason = gate->reason;
    step.exit_status = gate->exit_status;
    step.cause = gate->exit_status ? Cause::exit : Cause::timeout;
    return step;
}

Task<Result<GateOutcome>> as_result(Task<GateOutcome> gate) {
    co_return co_await std::move(gate);
}

}  // namespace

Task<StepOutcome> DeployJob::gate() {
    auto watching = unless_stopped(as_result(target_->watch_candidate()), session_.stop());
    const auto gate = co_await std::move(watching);
    if (gate) probes_.push_back(probe_json("gate", target_->terms().gate_kind, *gate));
    co_return to_step(gate);
}

Task<StepOutcome> DeployJob::verify() {
    auto watching = unless_stopped(as_result(target_->watch_public()), session_.stop());
    const auto gate = co_await std::move(watching);
    if (gate) probes_.push_back(probe_json("verify", target_->terms().verify_kind, *gate));
    auto step = to_step(gate);
    if (!step.ok) co_return step;
    auto reading = target_->read_live();
    auto live = co_await std::move(reading);
    if (live) live_ = std::move(*live);
    Result<> kept;
    if (live) {
        auto keeping = target_->keep_running();
        kept = co_await std::move(keeping);
    }
    step.ok = live && kept;
    if (!step.ok) step.reason = live ? kept.error().message : live.error().message;
    if (!step.ok) step.cause = Cause::infrastructure;
    co_return step;
}

// ── the page's steps ─────────────────────────────────────────────────────────────────────────

Task<Result<>> DeployJob::in_step(std::string name, Task<Result<StepOutcome>> work) {
    protocol::StepBegin begin;
    begin.number = ++step_;
    begin.name = std::move(name);
    const int number = step_;
    auto beginning = session_.step_begin(std::move(begin));
    auto begun = co_await std::move(beginning);
    if (!begun) co_return begun;
    if (target_) target_->enter_step(number);
    auto outcome = co_await std::move(work);
    if (target_) target_->enter_step(0);
    if (!outcome) co_return outcome.error();
    if (!outcome->ok && trouble_.ok) trouble_ = *outcome;
    if (!outcome->ok) last_reason_ = outcome->reason;
    auto ending = end_step(number, *outcome);
    co_return co_await std::move(ending);
}

Task<Result<>> DeployJob::end_step(int number, const StepOutcome& outcome) {
    std::string text;
    if (!outcome.excerpt.empty()) text = "The last lines of what failed:\n" + outcome.excerpt;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (!outcome.ok) text += outcome.reason + "\n";
    if (!text.empty()) {
        auto logging = session_.log(number, std::move(text));
        auto logged = co_await std::move(logging);
        if (!logged) co_return logged;
    }
    protocol::StepEnd end;
    end.number = number;
    end.exit_status = outcome.exit_status;
    end.reason = outcome.ok ? "" : outcome.reason;
    const bool is_cancelled = !outcome.ok && session_.stop().requested();
    if (!outcome.ok) end.state = model::StepState::failed;
    if (!outcome.ok && !is_cancelled) end.cause = outcome.cause;
    if (is_cancelled) end.state = model::StepState::cancelled;
    auto ending = session_.step_end(std::move(end));
    co_return co_await std::move(ending);
}

Task<JobOutcome> run_deploy_job(JobSession& session, TargetMaker make_target, StepExecutor* place) {
    DeployJob job{session, std::move(make_target), place};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
