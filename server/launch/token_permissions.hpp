#pragma once
// What the GITHUB_TOKEN of a job may do. Pure. Sources: GitHub's pages "Use GITHUB_TOKEN for
// authentication in workflows" (its defaults, what forks get) and "Reuse workflows".

#include "github/app.hpp"
#include "model/job_definition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::launch {

/// What the file says for a job, and for each job that calls a workflow on the way to it, outermost
/// first. Who says nothing has what the one before it has, the first one GitHub's restricted
/// default: contents and packages, to read. Nobody has more than the one before.
using PermissionLevels = std::vector<std::optional<model::Permissions>>;

/// `is_read_only`: for the pull requests of forks, and what Dependabot starts. Nothing that no
/// installation's token can do (`id-token`, `models`).
github::Permissions make_token_permissions(const PermissionLevels& levels, bool is_read_only);

/// "contents: read, pull-requests: write", as the file would say it.
std::string describe(const github::Permissions& permissions);

}  // namespace triphammer::launch
