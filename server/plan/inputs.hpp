#pragma once
// The typed inputs of a manual run. Source: GitHub's page "Workflow syntax",
// on.workflow_dispatch.inputs.

#include "base/result.hpp"
#include "model/workflow.hpp"
#include "workflow/expression/value.hpp"

#include <string_view>
#include <vector>

namespace triphammer::plan {

/// `given_json`: an object, or empty. Error `invalid`: required and not given, unknown, or not of
/// its type; the message names the input.
Result<workflow::expression::Value> read_inputs(
    const std::vector<model::DispatchInput>& declared, std::string_view given_json
);

}  // namespace triphammer::plan
