#include "rollout/recovery.hpp"

namespace triphammer::rollout {

namespace {

bool is_hopeless(const Loss& loss) {
    return loss.losses > 1 || !loss.is_observable;
}

Recovery wait_or_give_up(const Loss& loss) {
    return loss.is_patience_over ? Recovery::unknown : Recovery::wait;
}

}  // namespace

Recovery recover_open(const Loss& loss, Observation seen) {
    if (is_hopeless(loss)) return Recovery::unknown;
    switch (seen) {
        case Observation::done:
            return Recovery::record;
        case Observation::not_begun:
            if (loss.is_runner_dead && loss.is_settled) return Recovery::repeat;
            return wait_or_give_up(loss);
        case Observation::in_flight:
        case Observation::silent:
            return wait_or_give_up(loss);
        case Observation::foreign:
            return Recovery::unknown;
    }
    return Recovery::unknown;
}

Recovery recover_closed(const Loss& loss, Observation seen) {
    if (is_hopeless(loss)) return Recovery::unknown;
    if (seen == Observation::done) return Recovery::proceed;
    if (seen == Observation::silent) return wait_or_give_up(loss);
    return Recovery::unknown;
}

std::optional<Milliseconds> rest_before_retry(EffectKind kind, Failure why, int tries) {
    constexpr int kMaxTries = 6;
    if (!is_way_back(kind) || why == Failure::refused || tries >= kMaxTries) return {};
    return Milliseconds{1000LL << (tries - 1)};
}

bool is_observable(EffectKind kind) {
    return kind != EffectKind::before;
}

}  // namespace triphammer::rollout
