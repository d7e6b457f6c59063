#pragma once
// What a token may do, and whether a wish goes beyond it. Source: GitHub's page "Reuse workflows":
// permissions can only be kept or reduced on the way down.

#include "model/workflow.hpp"

#include <optional>
#include <string>

namespace triphammer::workflow {

/// Nothing: the file says nothing, and the server's default holds, which is known later.
using Grant = std::optional<model::Permissions>;

/// A job's own permissions, else the workflow's.
Grant allowed_permissions(const model::Workflow& workflow, const model::JobDefinition& job);

/// "contents: write" for the first scope of `wanted` that `granted` does not have; else empty.
std::string find_grown(const model::Permissions& wanted, const Grant& granted);

}  // namespace triphammer::workflow
