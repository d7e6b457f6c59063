#pragma once
// Which jobs change what users see, and which of two plans would change the same: ours, and what
// GitHub's own workflows do with the same event. Pure.

#include "plan/plan.hpp"

#include <string>
#include <string_view>

namespace triphammer::plan {

/// Where GitHub reads workflows.
inline constexpr std::string_view kGitHubWorkflows = ".github/workflows";

/// It deploys, or it has an environment (unless that says `deployment: false`), or a step of it is
/// an action that is known to.
bool is_deploying(const model::JobDefinition& job);

/// Whether a job of it that is not skipped does.
bool is_deploying(const Plan& plan);

/// Jobs of `ours` that deploy what GitHub's plan `theirs` deploys, too (the same environment, or
/// one that is not known), fail before they begin. `remedy` ends each one's reason.
void refuse_twice(Plan& ours, const Plan& theirs, const std::string& remedy);

}  // namespace triphammer::plan
