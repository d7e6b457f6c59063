#pragma once
// `actions/checkout`, built in: needs neither network nor Node, leaves no credential behind.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// Code::invalid for an input that asks for something that is not done yet. Outputs: ref, commit.
Task<StepResult> run_checkout(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
