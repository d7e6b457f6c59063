#pragma once
// What GITHUB_ACTION and `github.action` call a step. Source: GitHub's page "Variables reference".

#include "model/job_definition.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// The step's id; without one "__run", "__self" or "__OWNER_REPOSITORY", from the second of a name
/// on with "_2", "_3", …. `steps`: the job's; a step inside an action is none of them.
std::string action_name(const std::vector<model::Step>& steps, const model::Step& step);

}  // namespace triphammer::runner
