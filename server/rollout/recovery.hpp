#pragma once
// What a new attempt does with a deployment whose runner was lost (E3). `observe()` is the driver's
// reading of the target; it compares names, labels and states with the ledger. Pure.
//
//   open intent │ done    │ not begun                          │ in flight │ foreign │ silent
//   ────────────┼─────────┼────────────────────────────────────┼───────────┼─────────┼────────
//   first loss  │ record  │ old runner proven dead and settled │ wait      │ unknown │ wait
//               │         │ → same n, same idem; else wait     │           │         │
//   patience    │ record  │ proven dead → same n; else unknown │ unknown   │ unknown │ unknown
//   is over     │         │                                    │           │         │
//   second loss, or a driver or kind that cannot be observed (exec, ssh, `before`): unknown
//
//   no open intent: what is there equals the ledger → go on at n + 1; silent → wait; else unknown.

#include "base/clock.hpp"
#include "rollout/effect.hpp"

namespace triphammer::rollout {

enum class Observation {
    done,       // the effect's result is there and it is ours (or: everything equals the ledger)
    not_begun,  // the target answers and has nothing of it
    in_flight,  // begun, not at its end
    foreign,    // something is there that is not ours, or not as the ledger says
    silent,     // the target does not answer: that is not death
};

struct Loss {
    int losses = 1;                 // runners lost by this deployment so far
    bool is_observable = true;      // the driver has observe() for this kind of effect
    bool is_runner_dead = false;    // proven by lock or engine, not by silence
    bool is_settled = false;        // the driver's settle time has passed since that proof
    bool is_patience_over = false;  // waited as long as we are willing to
};

enum class Recovery {
    record,   // announce the same intent again (the ledger moves it to the new fence), do nothing,
              // write the result that observe() found
    repeat,   // the same: then do it
    proceed,  // nothing was open: go on at n + 1
    wait,     // observe again
    unknown,  // a person decides (E5)
};

Recovery recover_open(const Loss& loss, Observation seen);
Recovery recover_closed(const Loss& loss, Observation seen);

/// Why an effect did not go well.
enum class Failure {
    refused,  // the target answered, and will answer the same again
    silent,   // the target did not answer, or is in trouble of its own
};

/// How long to rest before the same effect is tried once more under the same number; nothing: the
/// failure is its result. Only the way back is worth waiting for, 31 s in all: forward, a failure
/// is what the way back is for. `tries` were made so far, 1 or more.
std::optional<Milliseconds> rest_before_retry(EffectKind kind, Failure why, int tries);

/// `before` runs a command of the user's: nothing on the target tells whether it ran.
bool is_observable(EffectKind kind);

}  // namespace triphammer::rollout
