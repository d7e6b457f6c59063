#pragma once
// Which step of a deployment comes next. The driver (runner/) asks after everything that happened
// and does the one answer; what it learns goes back into `Situation`. Pure.
//
// clang-format off
//   blue-green:  before ▸ create ▸ start ▸ (gate) ▸ switch ▸ (verify) ▸ (soak) ▸ retire previous
//   recreate:    before ▸ stop previous ▸ create ▸ start ▸ (gate) ▸ (verify) ▸ (soak) ▸ retire previous
//   rolling:     before ▸ update ▸ (gate) ▸ (verify) ▸ (soak)         (…) are reads, no effects
//
//   what went wrong            │ before switch, stop or update  │ after it
//   ───────────────────────────┼────────────────────────────────┼─────────────────────────────────
//   an effect failed, gate or  │ retire candidate → failed      │ start previous, switch back,
//   verify failed, cancel      │                                │ retire candidate → rolled_back
//                              │                                │ (rolling: restore → rolled_back)
//   the same, on-failure: keep │ retire candidate → failed      │ as is → failed
//   no previous to go back to  │ retire candidate → failed      │ retire candidate → failed
//   an effect of the way back  │ unknown: the lock stays, a person decides
//   or retire previous failed  │
// clang-format on
//
// Green is not decided here: `Move::Kind::finish` with succeeded is a claim that proof.hpp checks.

#include "model/states.hpp"
#include "rollout/effect.hpp"

namespace triphammer::rollout {

/// rolling: one object that the target itself changes step by step, or that is changed at once.
enum class Strategy { blue_green, recreate, rolling };
/// `before` for this (environment, service, digest), from the ledger of migrations (E2).
enum class BeforeState { none, needed, done_earlier, blocked };
/// A read that decides: not asked yet, or asked since the effect that it is about.
enum class Check { pending, passed, failed };

struct Situation {
    Strategy strategy = Strategy::blue_green;
    bool has_previous = false;  // something serves now
    bool rolls_back = true;     // on-failure: rollback
    BeforeState before = BeforeState::none;

    Effects effects;              // from the document and from what was done since
    Check gate = Check::pending;  // read again by every attempt
    Check verify = Check::pending;
    bool soaked = false;
    bool cancelled = false;
};

struct Move {
    enum class Kind { effect, gate, verify, soak, finish };

    Kind kind = Kind::finish;
    EffectKind effect = EffectKind::before;  // for Kind::effect
    std::int64_t n = 0;                      // its number
    model::DeploymentPhase phase = model::DeploymentPhase::preflight;
    model::DeploymentState outcome = model::DeploymentState::unknown;  // for Kind::finish
    std::string reason;                                                // for Kind::finish

    friend bool operator==(const Move&, const Move&) = default;
};

/// No effect may be open (recovery.hpp first): an open one is answered with unknown.
Move next_move(const Situation& situation);

/// Once per version (E2): what a row of the migrations' ledger means for a new deployment.
/// `state` is open | ok | failed, or nothing when there is no row.
BeforeState judge_before(std::optional<EffectState> state);

}  // namespace triphammer::rollout
