#pragma once
// What a job hands to the workflow that it calls. Pure.

#include "base/result.hpp"
#include "model/workflow.hpp"
#include "workflow/expression/evaluator.hpp"

#include <string>

namespace triphammer::plan {

/// An input with the type that the called workflow declares: the form in which `with` of a planned
/// call holds every declared input.
model::Data bind_input(const std::string& type, model::Data value);

/// The `inputs` context of the called workflow. Error `invalid` names the input.
Result<workflow::expression::Value> read_bound_inputs(
    const model::JobDefinition& call, const workflow::expression::Contexts& contexts
);

}  // namespace triphammer::plan
