#pragma once
// The document's JSON as rollout's values. Pure.

#include "model/job_document.hpp"
#include "rollout/plan.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

/// Recorded effects of the deployment, oldest first. Code::protocol when it is not what
/// deployments/ writes.
Result<rollout::Effects> read_effects(const std::string& effects_json);

/// Whether `before` of this version was begun earlier.
rollout::BeforeState read_before(
    const std::string& migrations_json, const std::string& digest, bool is_asked_for
);

model::DeploymentId deployment_id(const model::DeploymentSpec& spec);

/// "Create the candidate", for the run page.
std::string describe(const rollout::Move& move);

}  // namespace triphammer::runner
