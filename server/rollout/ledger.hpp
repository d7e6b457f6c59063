#pragma once
// The daemon's judgement over intents and results (E2, E4), from the rows of one deployment. Pure.

#include "rollout/effect.hpp"

namespace triphammer::rollout {

struct IntentJudgement {
    enum class Kind {
        open,    // insert a row, then go
        reopen,  // the open row of a lost attempt: move it to the new fence, then go
        go,      // this attempt's own open row, sent again: go
        no,
    };

    Kind kind = Kind::no;
    std::string why;  // for no

    bool is_go() const { return kind != Kind::no; }
};

/// `wanted` has n, kind, fence and idem. Its fence must be the job's current attempt (checked by
/// the guard of the transaction).
IntentJudgement judge_intent(
    model::DeploymentId deployment, const Effects& effects, const Effect& wanted
);

enum class ResultJudgement {
    close,     // the open row of this attempt gets its result
    repeated,  // closed before with the same outcome: nothing to do
    evidence,  // of an older fence: kept, never as state (E4)
    wrong,     // no such intent, or another outcome than before: a protocol error
};

ResultJudgement judge_result(const Effects& effects, std::int64_t n, model::Fence fence, bool ok);

}  // namespace triphammer::rollout
