#pragma once
// `actions/checkout`, built in: needs neither network nor Node, leaves no credential behind.

#include "model/workflow.hpp"
#include "runner/session.hpp"
#include "workflow/expression/evaluator.hpp"

namespace triphammer::runner {

/// Carries out a step with `uses`. Code::invalid for another action, and for an input that asks for
/// something that is not done yet.
Task<Result<>> run_checkout(
    Session& session,
    int number,
    const model::Step& step,
    const workflow::expression::Contexts& contexts
);

}  // namespace triphammer::runner
