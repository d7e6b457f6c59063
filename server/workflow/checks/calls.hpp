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

/// The workflow that a `uses` names, as read from its file; null where it is not at hand (then it
/// is looked at later, when it is).
using FindWorkflow = std::function<const model::Workflow*(const std::string& uses)>;

/// Inputs and secrets that are unknown, missing or of another type, workflows that cannot be
/// called, permissions that grow on the way down, cycles and depth. Problems carry places of
/// `caller`'s file.
std::vector<model::Problem> check_calls(const model::Workflow& caller, const FindWorkflow& find);

}  // namespace triphammer::workflow
