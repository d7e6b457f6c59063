// A deploy job whose runner was lost, and how a deploy job ends.
#include "base/deadline.hpp"
#include "runner/deploy/job.hpp"

#include <utility>

namespace triphammer::runner {

using model::Cause;
using model::DeploymentState;
using rollout::EffectState;
using rollout::Move;

namespace {

constexpr std::chrono::seconds kSettle{2};     // after a runner's death its last call may arrive
constexpr std::chrono::seconds kPatience{60};  // for a target that does not answer
constexpr std::chrono::seconds kBetweenLooks{1};

const rollout::Effect* find_open(const rollout::Effects& effects) {
    for (const auto& effect : effects) {
        if (effect.state == EffectState::open) return &effect;
    }
    return nullptr;
}

/// The command before the switch ran for this deployment already, if its row says so.
bool has_run_before(const rollout::Effects& effects) {
    for (const auto& effect : effects) {
        const bool is_before = effect.kind == rollout::EffectKind::before;
        if (is_before && effect.state == EffectState::ok) return true;
    }
    return false;
}

}  // namespace

Task<Result<>> DeployJob::recover() {
    if (situation_.effects.empty()) co_return Result<>{};
    if (has_run_before(situation_.effects)) {
        situation_.before = rollout::BeforeState::done_earlier;
    }
    target_->adopt(situation_.effects);
    const auto* open = find_open(situation_.effects);
    auto deciding = decide_recovery(open);
    auto recovery = co_await std::move(deciding);
    if (!recovery) co_return recovery.error();
    if (*recovery == rollout::Recovery::unknown) {
        undecided_ = open != nullptr ? "the runner was lost in the middle of '" +
                                           std::string{name_of(open->kind)} + "'"
                                     : "the target is not as the ledger says";
    }
    if (open == nullptr || undecided_) co_return Result<>{};
    auto resuming = resume_open(*open, *recovery);
    co_return co_await std::move(resuming);
}

Task<Result<rollout::Recovery>> DeployJob::decide_recovery(const rollout::Effect* open) {
    const auto begin = clock_.instant();
    rollout::Loss loss;
    loss.losses =
        static_cast<int>(std::max<std::int64_t>(session_.document().deployment.losses, 1));
    loss.is_observable = open == nullptr || target_->is_observable(open->kind);
    loss.is_runner_dead = true;  // by its lock: before that no new attempt is made
    for (;;) {
        loss.is_settled = clock_.instant() - begin >= kSettle;
        loss.is_patience_over = clock_.instant() - begin >= kPatience;
        auto looking = open == nullptr ? target_->observe_all(situation_.effects)
                                       : target_->observe(open->kind, open->n);
        const auto seen = co_await std::move(looking);
        const auto recovery = open == nullptr ? rollout::recover_closed(loss, seen)
                                              : rollout::recover_open(loss, seen);
        if (recovery != rollout::Recovery::wait) co_return recovery;
        if (session_.stop().requested()) loss.is_patience_over = true;
        co_await sleep_for(kBetweenLooks);
    }
}

/// The open effect becomes ours; then it is done, or only recorded because it was done.
Task<Result<>> DeployJob::resume_open(rollout::Effect open, rollout::Recovery recovery) {
    situation_.effects.pop_back();
    if (recovery == rollout::Recovery::repeat) {
        auto repeating = in_step("Go on where the lost runner was", effect(open.kind, open.n));
        co_return co_await std::move(repeating);
    }
    auto announcing = session_.intent(intent_for(open.kind, open.n));
    auto verdict = co_await std::move(announcing);
    if (!verdict) co_return verdict.error();
    if (!verdict->go) co_return conflict(verdict->why);
    EffectOutcome outcome;
    outcome.ok = true;
    auto reading = target_->ids_of(open.kind);
    outcome.ids_json = co_await std::move(reading);
    auto reporting = report(open.n, outcome);
    auto reported = co_await std::move(reporting);
    if (!reported) co_return reported;
    open.state = EffectState::ok;
    situation_.effects.push_back(std::move(open));
    co_return Result<>{};
}

// ── the end ──────────────────────────────────────────────────────────────────────────────────

/// What was proven to serve may have died, or been changed, while the previous one was retired:
/// green is about the end. Where nothing was done after the proof it is read already.
Task<> DeployJob::look_once_more() {
    const bool claims = last_ && last_->outcome == DeploymentState::succeeded && !undecided_;
    const auto& effects = situation_.effects;
    const bool has_more =
        !effects.empty() && effects.back().kind == rollout::EffectKind::retire_previous;
    if (!claims || !has_more) co_return;
    auto reading = target_->read_live();
    auto live = co_await std::move(reading);
    if (live) live_ = std::move(*live);
    if (!live) undecided_ = "what serves at the end: " + live.error().message;
}

JobOutcome DeployJob::finish(const Move& move) const {
    JobOutcome outcome;
    outcome.deployment = undecided_ ? DeploymentState::unknown : move.outcome;
    outcome.reason = undecided_.value_or(move.reason);
    if (!trouble_.reason.empty() && !undecided_) {
        outcome.reason += ": " + trouble_.reason;
        if (last_reason_ != trouble_.reason) outcome.reason += "; then " + last_reason_;
    }
    if (outcome.deployment == DeploymentState::succeeded) {
        outcome.reason.clear();
        outcome.outputs = live_.outputs;
        outcome.outputs["object"] = live_.object;
        outcome.outputs["digest"] = live_.digest;
        outcome.outputs["image"] = target_->terms().image;
        outcome.outputs["verified"] = "true";
        return outcome;
    }
    outcome.state = model::JobState::failed;
    outcome.cause = trouble_.cause == Cause::none ? Cause::invalid : trouble_.cause;
    if (outcome.deployment == DeploymentState::unknown) outcome.cause = Cause::undecided;
    if (situation_.cancelled && outcome.deployment != DeploymentState::unknown) {
        outcome.state = model::JobState::cancelled;
        outcome.cause = Cause::none;
        outcome.reason = session_.stop().why() + describe_rest();
    }
    return outcome;
}

/// After a cancel that has no way back: what was begun, and stays.
std::string DeployJob::describe_rest() const {
    if (target_->terms().rolls_back || situation_.effects.empty()) return {};
    const auto& last = situation_.effects.back();
    if (last.state == EffectState::failed) return ": " + trouble_.reason;
    return ": " + std::string{rollout::name_of(last.kind)} +
           " was done, stays, and is not proven: deploy again, or look at the target";
}

/// The session or the preflight failed. Without any recorded effect nothing was touched.
JobOutcome DeployJob::give_up(const Error& error) const {
    JobOutcome outcome;
    outcome.state = model::JobState::failed;
    outcome.reason = error.message;
    outcome.cause = trouble_.cause == Cause::none ? Cause::infrastructure : trouble_.cause;
    const bool is_untouched =
        situation_.effects.empty() && session_.document().deployment.effects_json == "[]";
    outcome.deployment = is_untouched ? DeploymentState::failed : DeploymentState::unknown;
    if (!is_untouched) outcome.cause = Cause::undecided;
    if (session_.stop().requested() && is_untouched) {
        outcome.state = model::JobState::cancelled;
        outcome.cause = Cause::none;
        outcome.reason = session_.stop().why();
    }
    return outcome;
}

}  // namespace triphammer::runner
