#pragma once
// Jobs that call reusable workflows, looked at with the called files at hand. Source: GitHub's page
// "Reuse workflows". Pure.

#include "model/workflow.hpp"

#include <functional>
#include <string>
#include <vector>

namespace triphammer::workflow {

/// The calling workflow and three levels below it.
inline constexpr int kMaxCallDepth = 4;
/// Jobs that call, of a workflow and of everything below it.
inline constexpr int kMaxCalls = 256;

/// The workflow that `uses` names in `caller`, as read from its file; null where it is not at hand
/// (then it is looked at later, when it is).
using FindWorkflow =
    std::function<const model::Workflow*(const model::Workflow& caller, const std::string& uses)>;

/// Inputs and secrets that are unknown, missing or of another type, workflows that cannot be
/// called, permissions that grow on the way down, cycles and depth; as warnings, outputs that the
/// called workflow does not have. Problems carry places of `caller`'s file. Those whose codes are
/// in `allow` are lowered to warnings.
std::vector<model::Problem> check_calls(
    const model::Workflow& caller,
    const FindWorkflow& find,
    const std::vector<std::string>& allow = {}
);

}  // namespace triphammer::workflow
